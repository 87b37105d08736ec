import ChatCore

/// What older releases took for two, and this one takes for one: in files and in archives of theirs.
enum FormerSpellings {
    private static let formerKeys: StaticString =
        "SELECT key, username, folded FROM users WHERE folded GLOB '*[^ -~]*' ORDER BY key"
    private static let owner: StaticString = "SELECT 1 FROM users WHERE folded = ?"
    private static let putKey: StaticString = "UPDATE users SET folded = ? WHERE key = ?"
    private static let emoji: StaticString = "SELECT DISTINCT emoji FROM reactions"
    private static let merge: StaticString = """
        INSERT INTO reactions (message, emoji, user, n, removed)
        SELECT message, ?2, user, n, removed FROM reactions WHERE emoji = ?1
        ON CONFLICT (message, emoji, user)
            DO UPDATE SET n = max(n, excluded.n), removed = min(removed, excluded.removed)
        """
    private static let remove: StaticString = "DELETE FROM reactions WHERE emoji = ?"

    /// Gives each user the key of their name (``Folding/username(_:)``) if nobody has it, the older ones first. Who
    /// looks like another goes on with the key of then, and nobody new can have either name.
    static func settleNames(_ connection: Connection) throws {
        var former: [(user: Int64, key: String)] = []
        try connection[formerKeys].scan { row in
            guard let key = Folding.username(row.text(1)), !key.utf8.elementsEqual(row.text(2).utf8) else {
                return true
            }
            former.append((row.int(0), key))
            return true
        }
        for (user, key) in former where try connection[owner].first(key, read: { _ in true }) == nil {
            try connection[putKey].run(key, user)
        }
    }

    /// Writes each reaction in its one spelling. Who gave both, or gave one and took back the other, has given it.
    static func settleReactions(_ connection: Connection) throws {
        for former in try connection[emoji].all(read: { $0.text(0) }) {
            let spelling: String
            do throws(ChatError) {
                spelling = try FieldRules.emoji(former)
            } catch {
                // What is none by the rules of today stays what it is.
                continue
            }
            guard !spelling.utf8.elementsEqual(former.utf8) else { continue }
            try connection[merge].run(former, spelling)
            try connection[remove].run(former)
        }
    }
}
