import ChatCore
import CSQLiteFile
import Foundation

@testable import ChatSQLite

/// A writer without its thread: faults can be put into its connection, and it can be left in the middle of things.
final class ManualWriter {
    let directory: TemporaryDirectory
    private(set) var file: DatabaseFile
    private(set) var work: WriterWork
    var batches: BatchWriter { work.batches }

    /// - Parameter directory: `nil`: an empty one.
    init(in directory: TemporaryDirectory? = nil) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        (file, work) = try Self.open(directory)
    }

    private static func open(_ directory: TemporaryDirectory) throws -> (DatabaseFile, WriterWork) {
        let data = try DataDirectory(making: directory.path)
        let file = DatabaseFile(data, try DirectoryLock(data))
        var options = SQLiteStoreOptions()
        options.durability = .normal
        let preparation = try DatabasePreparation(file, options)
        let work = preparation.work(
            mailbox: Mailbox(capacity: 1), gate: ReaderGate(), policy: ChatPolicy(clientsCreateChats: .all),
            options: options)
        // On a busy machine anything may take long; what a transaction holds shall not depend on it.
        work.batches.shareTime = 60_000_000_000
        return (file, work)
    }

    /// Runs the commands to the last, in as many transactions as it takes.
    func run(_ commands: [Command]) -> [CommittedBatch.Entry] {
        var jobs = commands.map { Mailbox.Job(command: $0, reply: .nobody) }[...]
        var entries: [CommittedBatch.Entry] = []
        while !jobs.isEmpty {
            let run = batches.run(jobs)
            entries += run.entries + run.long.compactMap { work.upkeep.long.take($0) }
            jobs = jobs.dropFirst(run.count)
        }
        return entries
    }

    /// One turn of what is done between batches, when something is due.
    func turn() -> [CommittedBatch.Entry] {
        let (due, now) = (work.upkeep.nextTime().uptimeNanoseconds, DispatchTime.now().uptimeNanoseconds)
        if due > now { Thread.sleep(forTimeInterval: Double(min(due - now, 100_000_000)) / 1e9) }
        return work.upkeep.run(busy: false)
    }

    /// How many rows a query counts.
    func count(_ query: String) throws -> Int64 {
        try batches.connection.prepare("SELECT count(*) FROM \(query)").first { $0.int(0) } ?? 0
    }

    /// Ends as a process does that is killed, and starts anew.
    func crash() throws {
        csqlitefile_no_checkpoint_on_close(batches.connection.handle, 1)
        try batches.connection.close()
        file.release()
        (file, work) = try Self.open(directory)
    }

    func close(by deadline: StopDeadline = StopDeadline(within: .seconds(60))) throws {
        try work.upkeep.close(by: deadline)
        file.release()
    }
}
