/// What the writer's thread works with; made and used on it.
final class WriterWork {
    let mailbox: Mailbox
    let batchLimit: Int
    let batches: BatchWriter
    let upkeep: Upkeep
    /// Called once, when the file is not at its place any more.
    let whenLost: () -> Void

    init(
        mailbox: Mailbox, batchLimit: Int, batches: BatchWriter, upkeep: Upkeep, whenLost: @escaping () -> Void
    ) {
        self.whenLost = whenLost
        self.mailbox = mailbox
        self.batchLimit = batchLimit
        self.batches = batches
        self.upkeep = upkeep
    }
}

@available(*, unavailable)
extension WriterWork: Sendable {}
