public import ByteText

/// What a token that others signed says of its user, as it came: nothing here was looked at but that it is text.
public struct TokenProfile: Sendable, Hashable {
    /// The claim `preferred_username`.
    public var preferredUsername: ByteString?
    /// The claim `name`.
    public var name: ByteString?
    /// The claim `picture`.
    public var picture: ByteString?

    public init(preferredUsername: ByteString? = nil, name: ByteString? = nil, picture: ByteString? = nil) {
        self.preferredUsername = preferredUsername
        self.name = name
        self.picture = picture
    }
}

/// A user comes in with a token of others' (`--auto-create-users`): is made, or followed. CONTRACT section 1.
///
/// Nobody is kept out by what a token says beside the user's id: what does not fit is cut or left out, and what is left
/// out leaves the user as they are.
public struct SignIn: Sendable, Hashable {
    public let id: UserID
    /// Wanted for one who is to be made; they may get another.
    public let username: String?
    public let displayName: String?
    public let avatarURL: String?

    public init(_ id: UserID, _ profile: TokenProfile) {
        self.id = id
        username = Self.fitting(profile.preferredUsername) { try FieldRules.username($0) }
        displayName = Self.fitting(profile.name) {
            try FieldRules.optionalName(TextExcerpt.cut($0, scalars: 200), field: "name")
        }
        avatarURL = Self.fitting(profile.picture) { try FieldRules.avatarURL($0) }
    }

    /// The claim as a rule takes it, which has more bytes than any field, and few enough to be looked at as characters;
    /// `nil` where it does not fit.
    private static func fitting(_ claim: ByteString?, _ rule: (String) throws -> String?) -> String? {
        guard let claim else { return nil }
        do {
            return try rule(claim.prefix(atMost: 4096).string)
        } catch {
            return nil
        }
    }

    /// Whether the user is not as the token says: mostly they are, and nothing is written.
    public func changes(_ user: User) -> Bool {
        func differs(_ new: String?, from old: String?) -> Bool {
            new.map { ByteString($0) != old.map { ByteString($0) } } ?? false
        }
        return differs(displayName, from: user.displayName) || differs(avatarURL, from: user.avatarURL)
    }

    /// Whether an error keeps the user out: who is there comes in whether what the token says could be stored or not,
    /// and of what does not pass by itself the next look tells.
    public static func isKeptOut(by error: ChatError, isThere: Bool) -> Bool { error.retryable && !isThere }

    var patch: UserPatch {
        UserPatch(displayName: displayName.map { .some($0) }, avatarURL: avatarURL.map { .some($0) })
    }
}

extension VerifiedToken {
    public var signIn: SignIn { SignIn(userID, profile) }
}

extension ChatStore {
    /// Makes the user whom a token names, or has them follow what it says, where there is something to do: for who
    /// comes in by another way than a socket.
    ///
    /// - Throws: ``ChatError`` where the user could not be made, and may be later.
    public func signIn(_ token: VerifiedToken) async throws {
        let signIn = token.signIn
        let isThere = try await read { view -> Bool? in
            switch try view.standing(of: token.userID, token: token.facts) {
            case .unknownUser: false
            case .holds: try view.user(token.userID).map(signIn.changes) == true ? true : nil
            case .blocked, .tokenRevoked, .deleted: nil
            }
        }
        guard let isThere else { return }
        do {
            _ = try await perform(.signIn(signIn))
        } catch let error as ChatError {
            // Else what the user is now is looked at next.
            if SignIn.isKeptOut(by: error, isThere: isThere) { throw error }
        }
    }
}
