import ChatCore

/// Holds a command to what it has said that it will load (``ChatCore/RecordNeeds``): notes what it loads by key and
/// did not name. What its documentation leaves out is let through: what follows from what was loaded, what the command
/// stored, and long works.
final class NeedsCheck {
    private(set) var unnamed: [String] = []
    private var needs: RecordNeeds
    /// Chats that are known by their keys.
    private var chats: Set<Int64> = []
    private var isSuspended = false

    init(_ needs: RecordNeeds) { self.needs = needs }

    func suspended(_ body: () throws -> Void) rethrows {
        let before = isSuspended
        isSuspended = true
        defer { isSuspended = before }
        try body()
    }

    private func expect(_ isNamed: Bool, _ what: @autoclosure () -> String) {
        if !isSuspended, !isNamed { unnamed.append(what()) }
    }

    func mayFollow(chat key: Int64) { chats.insert(key) }
    func mayFollow(message n: Int64) { needs.messages.insert(n) }
    func mayFollow(name: String) { needs.names.insert(name) }

    func loads(user id: UserID) { expect(needs.users.contains(id), "user \(id)") }
    func loads(name: String) {
        expect(needs.names.contains(name) || isNumbered(name), "user called \(name)")
    }

    /// One of those that are tried where that of an id is taken.
    private func isNumbered(_ name: String) -> Bool {
        name.indices.contains { place in
            name[place] == "-" && place > name.startIndex && needs.names.contains { $0.hasPrefix(name[..<place]) }
        }
    }

    func loads(chat id: ChatID) { expect(needs.chats.contains(id), "chat \(id)") }
    func follows(chat key: Int64) { expect(chats.contains(key), "chat of key \(key)") }
    func loads(message n: Int64) { expect(needs.messages.contains(n), "message \(n)") }
    func loads(send: RecordNeeds.Send) { expect(needs.sends.contains(send), "\(send)") }
    func loads(file id: FileID) { expect(needs.files.contains(id), "file \(id)") }
    func loads(upload id: FileID) { expect(needs.uploads.contains(id), "upload \(id)") }
    func loads(token id: TokenID) { expect(needs.tokens.contains(id), "token \(id)") }

    func loads(cursor name: String) { expect(needs.cursors.contains(name), "cursor \(name)") }

    /// - Parameter key: a chat that followed brings its members along.
    func loads(member user: UserID, of chat: ChatID, key: Int64) {
        let isNamed = needs.members.contains(RecordNeeds.Membership(chat: chat, user: user))
        let follows = !needs.chats.contains(chat) && chats.contains(key) || needs.repeatable.contains(chat)
        expect(isNamed || follows, "\(user) in \(chat)")
    }

    func loads(pair: [MemoryState.UserRow]) {
        func isCalled(_ user: MemoryState.UserRow, _ name: String) -> Bool {
            user.user.id.rawValue == name || user.folded.map { Folding.usernameKeys(name).contains($0) } ?? false
        }
        let isNamed = needs.pairs.contains { named in
            pair.count == 2
                && (isCalled(pair[0], named.one) && isCalled(pair[1], named.other)
                    || isCalled(pair[0], named.other) && isCalled(pair[1], named.one))
        }
        expect(isNamed, "direct chat of \(pair.map(\.user.id))")
    }
}

@available(*, unavailable)
extension NeedsCheck: Sendable {}
