import ByteText
import ChatCore
import ChatImport

extension FuzzTarget {
    /// An export of another program: its first byte says which, U+0000 stands between its files. Whatever is in it,
    /// it comes to an end, and says and takes the same however its bytes are cut.
    static let movingIn = FuzzTarget("moving-in", longest: 2048) { bytes in
        guard let first = bytes.first else { return }
        let format = ForeignFormat.allCases[Int(first) % ForeignFormat.allCases.count]
        let files = bytes.dropFirst().split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        let whole = try took(format, files, step: 1 << 16)
        let cut = try took(format, files, step: 3)
        try require(whole == cut, "whole: \(whole), cut: \(cut)")
    }

    private static func took(_ format: ForeignFormat, _ files: [[UInt8]], step: Int) throws -> [String] {
        var said: [String] = []
        let names =
            switch format {
            case .slack: ["channels.json", "general/2024-01-01.json", "users.json"]
            case .mattermost: ["a.jsonl"]
            case .discord: ["a.json", "b.json"]
            }
        let source = PlainSource(Array(zip(names, files)), step: step)
        let target = PlainTarget()
        do {
            let foreign = ForeignImport(format, from: source) { said.append("\($0.place): \($0.reason)") }
            _ = try foreign.run(into: target) { _ in }
        } catch let error as ForeignSourceError {
            said.append("\(error)")
        }
        // What an export does not date has the time of the import.
        return said + target.taken
    }
}

/// Files in memory, whose bytes come in pieces of a size.
private final class PlainSource: ForeignSource {
    let entries: [ForeignEntry]
    let refused: [ForeignRefusal] = []
    private let files: [[UInt8]]
    private let step: Int

    init(_ files: [(name: String, bytes: [UInt8])], step: Int) {
        self.files = files.map(\.bytes)
        entries = files.map { ForeignEntry(path: ByteString($0.name), size: Int64($0.bytes.count)) }
        self.step = step
    }

    func open(_ index: Int) throws(ArchiveError) -> any ForeignBytes { PlainBytes(files[index][...], step: step) }
}

private final class PlainBytes: ForeignBytes {
    private var rest: ArraySlice<UInt8>
    private let step: Int

    init(_ bytes: ArraySlice<UInt8>, step: Int) {
        rest = bytes
        self.step = step
    }

    func next() throws(ArchiveError) -> [UInt8]? {
        defer { rest = rest.dropFirst(step) }
        return rest.isEmpty ? nil : Array(rest.prefix(step))
    }
}

/// Takes everything, and keeps ids and keys.
private final class PlainTarget: ArchiveTarget {
    let mark = ArchiveMark()
    private(set) var counts = ArchiveCounts()
    private(set) var taken: [String] = []
    private var users: Set<UserID> = []

    func take(_ record: ArchiveRecord, _ mark: ArchiveMark) throws {
        counts.count(record)
        switch record {
        case .user(let user):
            users.insert(user.user.id)
            taken.append("user \(user.user.id) \(user.user.username)")
        case .chat(let chat): taken.append("chat \(chat.id)")
        case .message(let message): taken.append("\(message.chatID) \(message.seq ?? 0) \(message.content)")
        case .reaction(let reaction): taken.append("\(reaction.userID) \(reaction.emoji)")
        case .member(let member): taken.append("\(member.chatID) \(member.userID)")
        case .header, .token, .file, .data, .end: break
        }
    }

    func standing(of user: ArchiveUser) throws -> ArchiveStanding { users.contains(user.user.id) ? .sameID : .new }
    func standing(of chat: ArchiveChat) throws -> ArchiveStanding { .new }
    func settle() throws {}
    func finish() throws -> String? { nil }
    func leave() {}
    func discard() {}
}
