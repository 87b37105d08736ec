import ChatCore
import ChatSQLite
import Foundation
import Synchronization

/// A database file with users, chats, messages of every kind, reactions, receipts, a file and deleted things.
enum SoundDatabase {
    static func make() throws -> Data {
        let folder = FileManager.default.temporaryDirectory.path + "/parley-fuzz-\(getpid())-sound"
        try? FileManager.default.removeItem(atPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteChatStore(directory: folder)
        try store.start(sink: Deaf())
        try fill(store)
        try store.close()
        return try Data(contentsOf: URL(fileURLWithPath: folder + "/parley.db"))
    }

    private struct Deaf: CommitSink {
        func didCommit(_ batch: CommittedBatch) {}
    }

    private static func fill(_ store: SQLiteChatStore) throws {
        let (one, two, chat) = (UserID("u1"), UserID("u2"), ChatID("c1"))
        for id in [one, two, UserID("u3")] {
            try perform(.createUser(NewUser(id: id, username: id.rawValue)), store)
        }
        try perform(.createChat(NewChat(id: chat, members: ["u1", "u2"]), by: .operator), store)
        try perform(.createChat(NewChat(kind: .direct, members: ["u1", "u3"]), by: .operator), store)
        let file = FileID("f1")
        try perform(.beginFile(NewFile(id: file, owner: one, name: "a.txt")), store)
        try perform(.appendToFile(file, Array("some bytes".utf8)), store)
        try perform(.finishFile(file, FileTraits(mimeType: "text/plain")), store)
        try perform(.send(NewMessage(chatID: chat, sender: one, content: "with a file", attachments: [file])), store)
        try perform(.send(NewMessage(chatID: chat, sender: nil, content: "of the operator's")), store)
        for number in 1...20 {
            let message = NewMessage(chatID: chat, sender: two, content: "hello \(number)", clientID: "k\(number)")
            let outcome = try perform(.send(message), store)
            guard case .message(let sent, _) = outcome else { continue }
            try perform(.react(chat, sent.id, emoji: "👍", remove: false, by: one), store)
            if number == 3 { try perform(.edit(chat, sent.id, content: "edited", by: two), store) }
            if number == 5 { try perform(.delete(chat, sent.id, by: .user(two)), store) }
            if number == 9 { try perform(.markRead(chat, sent.id, by: one), store) }
        }
        try perform(.deleteUser(UserID("u3"), deleteMessages: false), store)
    }

    @discardableResult
    private static func perform(_ command: Command, _ store: SQLiteChatStore) throws -> Outcome {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result<Outcome, ChatError>?>(nil)
        store.submit(
            command,
            reply: .callback { answer in
                result.withLock { $0 = answer }
                done.signal()
            })
        done.wait()
        return try result.withLock { $0 ?? .failure(ChatError(.internal, "no answer")) }.get()
    }
}
