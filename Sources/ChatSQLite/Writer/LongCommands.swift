import ChatCore

/// Commands that take several turns of the writer, and who waits for their answers.
final class LongCommands {
    /// At work at once: each keeps what it was given until it is answered.
    private static let limit = 64

    private let batches: BatchWriter
    private var makings: [ChatMaking] = []

    init(_ batches: BatchWriter) { self.batches = batches }

    var isEmpty: Bool { makings.isEmpty }

    /// Whether one has something to do by itself, rather than to wait for its chore.
    var isBusy: Bool {
        makings.contains { if case .lookingUp = $0.stage { true } else { false } }
    }

    /// - Returns: the refusal, when there are too many.
    func take(_ job: Mailbox.Job) -> CommittedBatch.Entry? {
        guard makings.count < Self.limit, let making = ChatMaking(job) else {
            return CommittedBatch.Entry(reply: job.reply, result: .failure(SQLiteChatStore.behind), changes: [])
        }
        makings.append(making)
        return nil
    }

    /// One step of the first that is still looked up; those that have come to their end are answered.
    func step() -> [CommittedBatch.Entry] {
        var entries: [CommittedBatch.Entry] = []
        var left: [ChatMaking] = []
        var hasLookedUp = false
        for var making in makings {
            if case .lookingUp = making.stage {
                if hasLookedUp {
                    left.append(making)
                    continue
                }
                hasLookedUp = true
            }
            batches.changes = []
            let result = Result { try advance(&making) }.mapError(StorageFailure.chatError)
            if case .success(nil) = result { left.append(making) }
            if let entry = entry(result, making.reply) { entries.append(entry) }
        }
        makings = left
        return entries
    }

    private func advance(_ making: inout ChatMaking) throws -> Outcome? {
        switch making.stage {
        case .lookingUp(let place):
            guard try batches.lookUp(&making, from: place) else { return nil }
            var outcome: Outcome?
            try batches.transaction { outcome = try batches.begin(&making) }
            return outcome
        case .growing(let chat, let chore):
            return try batches.grown(chat: chat, chore: chore)
        }
    }

    /// What is told of a step: an answer, changes, or both.
    private func entry(_ result: Result<Outcome?, ChatError>, _ reply: ReplyTo) -> CommittedBatch.Entry? {
        switch result {
        case .failure(let error): CommittedBatch.Entry(reply: reply, result: .failure(error), changes: [])
        case .success(let outcome?):
            CommittedBatch.Entry(reply: reply, result: .success(outcome), changes: batches.changes)
        case .success(nil) where !batches.changes.isEmpty:
            CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: batches.changes)
        case .success(nil): nil
        }
    }

    /// The end: what is not made by now is answered with `error`.
    func refuse(_ error: ChatError) -> [CommittedBatch.Entry] {
        defer { makings = [] }
        return makings.map { CommittedBatch.Entry(reply: $0.reply, result: .failure(error), changes: []) }
    }
}

@available(*, unavailable)
extension LongCommands: Sendable {}
