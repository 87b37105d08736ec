import ChatCore
import NIOCore

/// Who asks for an event: the session of a socket, or a request over HTTP. What it asks in is a loop of its own.
protocol EventCaller: AnyObject {
    var gateway: ChatGateway { get }
    var user: User { get }
    /// Whose rates are spent, the same for all the user's sockets and requests.
    var liveUser: LiveUser { get }

    /// What it costs to tell everybody in a chat.
    func priceOfTelling(_ chat: ChatID) -> Int

    /// The user said something, or says no more that they type.
    func stopTyping(in chat: ChatID)
}

extension EventCaller {
    static func now() -> Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }

    /// - Throws: `rate_limited` with `retry_after_ms`.
    func spendMessage() throws(ChatError) {
        if let wait = liveUser.takeMessage(now: Self.now()) { throw .tooFast("messages", retryAfter: wait) }
    }

    /// Pays what an event costs beyond the unit that it paid when it came.
    ///
    /// - Throws: `rate_limited` where those that came together with it have spent all there was.
    func spend(_ price: Int) throws(ChatError) {
        guard price > 0 else { return }
        if let wait = liveUser.takeEvent(price, now: Self.now()) { throw .tooFast("events", retryAfter: wait) }
    }

    /// What an event cost beyond its price, known now that it is done.
    func charge(_ units: Int) { liveUser.chargeEvent(units, now: Self.now()) }
}
