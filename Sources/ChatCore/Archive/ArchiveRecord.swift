/// One line of an archive: what `parley export` writes and `parley import` reads.
///
/// An archive holds everything of an appliance but its keys, in this order, so that it can be read line by line and
/// each line names only what came before it:
///
/// 1. ``header``, the first line;
/// 2. users, in the order of their making, the deleted ones too: they are still senders;
/// 3. tokens: which were issued and revoked, never the tokens themselves;
/// 4. chats, in the order of their making;
/// 5. messages, oldest first, each followed by its reactions in the order given, and its files, each with its bytes;
///    in each chat `seq` counts from 1 by 1;
/// 6. members, chat by chat, those who are there longest first: their watermarks point at messages;
/// 7. ``end``, which tells how many there were: an archive without it was cut off.
public enum ArchiveRecord: Sendable, Hashable {
    case header(ArchiveHeader)
    case user(ArchiveUser)
    case token(TokenRecord)
    case chat(ArchiveChat)
    case message(ArchiveMessage)
    case reaction(ArchiveReaction)
    case file(ArchiveFile)
    /// The next bytes of the file before: ``StoredFile/chunkSize`` of them, but for its last ones.
    case data([UInt8])
    case member(ArchiveMember)
    case end(ArchiveCounts)

    /// The ``section`` of messages and of what hangs on them.
    public static let messages = 4

    /// Its place in the order above; lines of one place may stand in any order their own rules allow.
    public var section: Int {
        switch self {
        case .header: 0
        case .user: 1
        case .token: 2
        case .chat: 3
        case .message, .reaction, .file, .data: Self.messages
        case .member: 5
        case .end: 6
        }
    }
}
