import ChatCore

extension ArchiveCounts {
    /// For a person: `3 users, 2 chats, 14 messages, 1 files, 5 members`.
    var summary: String { "\(users) users, \(chats) chats, \(messages) messages, \(files) files, \(members) members" }
}
