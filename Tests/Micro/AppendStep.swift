import ChatCore
import ChatSQLite

/// Messages into the file, a hundred a transaction, without waiting for the disk.
enum AppendStep {
    private struct NoSink: CommitSink {
        func didCommit(_ batch: CommittedBatch) {}
    }

    static func run(_ count: Int) async throws {
        try await Input.withDirectory { directory in
            // Made, and closed again, so that the messages find the file as they would any day.
            try await populated(directory).close()
            var options = SQLiteStoreOptions(durability: .normal)
            options.mailboxCapacity = count + 1
            options.batchLimit = 100
            let store = try SQLiteChatStore(directory: directory, options: options)
            // All wait before the writer begins: the batches are full ones.
            for number in 0..<(count - 1) { store.submit(.send(message(number)), reply: .nobody) }
            async let last = store.perform(.send(message(count - 1)))
            try store.start(sink: NoSink())
            _ = try await last
            try store.close()
        }
    }

    /// A store with the users and the chat of ``Input``.
    static func populated(_ directory: String) async throws -> SQLiteChatStore {
        let store = try SQLiteChatStore(directory: directory, options: SQLiteStoreOptions(durability: .normal))
        try store.start(sink: NoSink())
        for user in Input.members {
            _ = try await store.perform(.createUser(NewUser(id: user, username: user.rawValue)))
        }
        let chat = NewChat(id: Input.chat, name: "Chat", members: Input.members.map(\.rawValue))
        _ = try await store.perform(.createChat(chat, by: .operator))
        return store
    }

    private static func message(_ number: Int) -> NewMessage {
        NewMessage(
            chatID: Input.chat, sender: Input.members[number % Input.members.count], content: Input.content,
            clientID: "c\(number)")
    }
}
