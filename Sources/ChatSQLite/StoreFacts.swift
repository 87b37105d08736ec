import ChatCore

/// What does not change while the store is open.
struct StoreFacts: Sendable {
    var path: String
    var epoch: UInt64
    /// Who was online when the last run ended.
    var onlineAtLastEnd: [UserID]
    var clock: @Sendable () -> Timestamp
}
