import ByteText
import Foundation

/// The rules that single fields keep to, whoever gives them. Pure; each throws the ``ChatError`` that names the field.
public enum FieldRules {
    /// Scalars of a username.
    static let longestUsername = 64

    /// A username without the white space around it: 1–64 scalars, nothing invisible in it but joiners inside a word or
    /// an emoji, something visible. A user's own id is always one.
    public static func username(_ text: String, of id: UserID? = nil) throws(ChatError) -> String {
        if let id, id.bytes == ByteString(text), IdentifierRule.allows(id.bytes) { return text }
        let username = try name(text, field: "username", limit: longestUsername)
        try check(username, field: "username", isUnique: true)
        return username
    }

    /// A display name or a chat's name, trimmed: 1–200 scalars, nothing that turns the direction of other text, at most
    /// four marks on a letter; what shows nothing is none.
    public static func optionalName(_ text: String?, field: String) throws(ChatError) -> String? {
        guard let text, Visibility.showsSomething(in: text) else { return nil }
        let name = try name(text, field: field, limit: 200)
        try check(name, field: field, isUnique: false)
        return name
    }

    /// A username as archives may have it: what an older release took stays.
    public static func archivedUsername(_ text: String, of id: UserID) throws(ChatError) -> String {
        if id.bytes == ByteString(text) { return text }
        return try name(text, field: "username", limit: longestUsername)
    }

    /// A name as archives may have it: what an older release took stays.
    public static func archivedName(_ text: String?, field: String) throws(ChatError) -> String? {
        guard let text, !trimmed(text).isEmpty else { return nil }
        return try name(text, field: field, limit: 200)
    }

    /// An avatar's address: at most 2,000 bytes, `http` or `https` with a host, or a path of one slash, no control
    /// characters; empty is none.
    public static func avatarURL(_ text: String?) throws(ChatError) -> String? {
        guard let text else { return nil }
        let address = trimmed(text)
        if address.isEmpty { return nil }
        guard address.utf8.count <= 2000 else {
            throw ChatError(.tooLong, "An avatar's address has at most 2000 bytes.", field: "avatar_url")
        }
        guard namesPlace(ByteString(address)), !address.unicodeScalars.contains(where: Visibility.isControl) else {
            throw ChatError(
                .invalid, "An avatar's address is an http or https URL with a host, or a path of one slash.",
                field: "avatar_url")
        }
        return address
    }

    /// Whether a page that shows the address loads what it says: a browser takes `//evil` and `/\evil` for another
    /// host, and any number of slashes for the two before one.
    private static func namesPlace(_ address: ByteString) -> Bool {
        let slashes: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "\\")]
        for scheme: ByteString in ["https://", "http://"] where address.startsIgnoringCase(with: scheme) {
            let ends = slashes + [UInt8(ascii: "?"), UInt8(ascii: "#")]
            let authority = address.utf8.dropFirst(scheme.count).prefix { !ends.contains($0) }
            let host = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last
            return host?.first.map { $0 != UInt8(ascii: ":") } ?? false
        }
        guard address.utf8.first == UInt8(ascii: "/") else { return false }
        return address.utf8.dropFirst().first.map { !slashes.contains($0) } ?? true
    }

    /// An id given from outside: see ``IdentifierRule``.
    public static func id<Subject>(_ id: Identifier<Subject>, field: String = "id") throws(ChatError) {
        guard IdentifierRule.allows(id.bytes) else {
            let why = id.bytes == "." || id.bytes == ".."
                ? "No id is . or .., which no client leaves in an address."
                : "An id is 1 to 128 visible ASCII characters, without blanks."
            throw ChatError(.invalid, why, field: field)
        }
    }

    /// What a message may say.
    ///
    /// - Throws: `invalid` for a text of nothing visible, unless files come with it, and for one with U+0000;
    ///   `too_long` past the policy's limit of scalars.
    public static func content(
        _ text: String, kind: Message.Kind, hasAttachments: Bool, _ policy: ChatPolicy
    ) throws(ChatError) {
        // A scalar takes at least one byte: most messages need no counting.
        if text.utf8.count > policy.maxMessageLength, text.unicodeScalars.count > policy.maxMessageLength {
            throw ChatError(
                .tooLong, "A message has at most \(policy.maxMessageLength) characters.", field: "content")
        }
        // Clients in C, and files that other programs read, would end it there.
        guard !ByteString(text).contains(0) else {
            throw ChatError(.invalid, "A message cannot hold U+0000.", field: "content")
        }
        guard Visibility.showsSomething(in: text) || (hasAttachments && kind != .system) else {
            throw ChatError(.invalid, "A message needs content that can be seen.", field: "content")
        }
    }

    /// 1–64 of U+0021–U+007E.
    public static func clientID(_ text: String) throws(ChatError) {
        let isVisible = ByteString(text).withBytes { bytes in
            (1...64).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
        }
        guard isVisible else {
            throw ChatError(.invalid, "A clientId is 1 to 64 visible ASCII characters.", field: "clientId")
        }
    }

    /// The files of a message: at most ``ChatPolicy/maxAttachments``, each once.
    public static func attachments(_ files: [FileID]) throws(ChatError) {
        guard files.count <= ChatPolicy.maxAttachments else {
            throw ChatError(
                .invalid, "A message takes at most \(ChatPolicy.maxAttachments) files.", field: "attachmentIds")
        }
        guard files.isEmpty || Set(files).count == files.count else {
            throw ChatError(.invalid, "A file is named twice.", field: "attachmentIds")
        }
    }

    /// Bytes of a reaction, those of U+FE0F aside.
    public static let longestEmoji = 64

    /// A reaction in its one spelling (``Visibility``): an emoji, a name as other programs have for theirs
    /// (`:party_parrot:`), or letters, which are the same composed and not. 1–64 bytes without U+FE0F, with which and
    /// without which it is the same; no white space at its ends, no controls, something visible.
    public static func emoji(_ text: String) throws(ChatError) -> String {
        // The longest has no more selectors than other scalars.
        let tooLong = ChatError(.tooLong, "A reaction has at most \(longestEmoji) bytes.", field: "emoji")
        guard text.utf8.count <= 4 * longestEmoji, Visibility.bareEmoji(text).utf8.count <= longestEmoji else {
            throw tooLong
        }
        let isTrimmed = trimmed(text).utf8.count == text.utf8.count
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            !Visibility.isControl(scalar) && (!Visibility.isInvisible(scalar) || Visibility.isPartOfEmoji(scalar))
        }
        guard isTrimmed, isClean, Visibility.showsSomething(in: text) else {
            throw ChatError(.invalid, "A reaction is an emoji.", field: "emoji")
        }
        let spelling = Visibility.emojiSpelling(of: text)
        // What Unicode does not compose can be longer composed.
        guard Visibility.bareEmoji(spelling).utf8.count <= longestEmoji else { throw tooLong }
        return spelling
    }

    /// Whether there is another spelling of a reaction (as ``emoji(_:)`` gave it): with or without U+FE0F, or with its
    /// marks apart.
    public static func hasSpellings(emoji: String) -> Bool {
        emoji.unicodeScalars.contains(Visibility.emojiSelector)
            || !emoji.decomposedStringWithCanonicalMapping.utf8.elementsEqual(emoji.utf8)
    }

    private static func name(_ text: String, field: String, limit: Int) throws(ChatError) -> String {
        let name = trimmed(text)
        guard !name.isEmpty else { throw ChatError(.invalid, "The \(field) is empty.", field: field) }
        guard name.unicodeScalars.count <= limit else {
            throw ChatError(.tooLong, "The \(field) has at most \(limit) characters.", field: field)
        }
        guard !name.unicodeScalars.contains(where: Visibility.isControl) else {
            throw ChatError(.invalid, "The \(field) has control characters.", field: field)
        }
        return name
    }

    private static func check(_ name: String, field: String, isUnique: Bool) throws(ChatError) {
        guard let fault = Visibility.fault(inName: name, isUnique: isUnique) else { return }
        let why =
            switch fault {
            case .control: "has control characters"
            case .direction(let scalar): "has a mark that turns the direction of text (\(code(scalar)))"
            case .invisible(let scalar): "has a character that cannot be seen (\(code(scalar)))"
            case .marks: "has more than \(Visibility.mostMarks) marks on one letter"
            case .nothingVisible: "has nothing that can be seen"
            }
        throw ChatError(.invalid, "The \(field) \(why).", field: field)
    }

    /// `U+200B`.
    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    private static func trimmed(_ text: String) -> String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
