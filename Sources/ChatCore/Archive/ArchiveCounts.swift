/// How many lines of each kind an archive has: its last line, and what a command tells at its end.
public struct ArchiveCounts: Sendable, Hashable {
    public var users: Int64 = 0
    public var tokens: Int64 = 0
    public var chats: Int64 = 0
    public var messages: Int64 = 0
    public var reactions: Int64 = 0
    public var files: Int64 = 0
    public var members: Int64 = 0

    public init() {}

    public mutating func count(_ record: ArchiveRecord) {
        switch record {
        case .header, .data, .end: break
        case .user: users += 1
        case .token: tokens += 1
        case .chat: chats += 1
        case .message: messages += 1
        case .reaction: reactions += 1
        case .file: files += 1
        case .member: members += 1
        }
    }
}
