import ChatCore
import Foundation

/// Puts an open store together; what fails is undone in reverse.
struct StoreOpening {
    let file: DatabaseFile
    let facts: StoreFacts
    let mailbox: Mailbox
    let writer: WriterThread
    let readerQueue: ReaderQueue
    let readers: [ReaderThread]

    init(directory: String, policy: ChatPolicy, options: SQLiteStoreOptions) throws {
        let directory = try DataDirectory(making: directory)
        let lock = try DirectoryLock(directory)
        file = DatabaseFile(directory, lock)
        mailbox = Mailbox(capacity: options.mailboxCapacity)
        let gate = file.gate
        let opened = Box<StoreFacts>()
        let (file, mailbox) = (file, mailbox)
        do {
            writer = try WriterThread {
                let preparation = try DatabasePreparation(file, options)
                opened.put(preparation.facts)
                return preparation.work(mailbox: mailbox, gate: gate, policy: policy, options: options)
            }
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw DatabasePreparation.refusal(error, file.directory.database)
        }
        guard let facts = opened.take() else {
            throw StoreOpenError.inaccessible(place: directory.database, reason: "it was not opened")
        }
        self.facts = facts
        let queue = ReaderQueue(capacity: options.readCapacity, readers: options.readers)
        readerQueue = queue
        var readers: [ReaderThread] = []
        do {
            for number in 1...max(1, options.readers) {
                readers.append(
                    try ReaderThread(
                        number: number, path: directory.database, policy: policy, facts: facts, queue: queue,
                        gate: gate))
            }
        } catch {
            queue.close()
            readers.forEach { $0.join() }
            mailbox.close()
            try writer.join()
            throw DatabasePreparation.refusal(error, directory.database)
        }
        self.readers = readers
    }
}
