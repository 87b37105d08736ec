import ByteText
import ChatCore
import ChatCoreTestKit
import Testing

@Suite("Users who come with tokens of others'")
struct SignInTests {
    private func signIn(_ id: String, _ profile: TokenProfile = TokenProfile()) -> Command {
        .signIn(SignIn(UserID(id), profile))
    }

    private func user(_ command: Command, _ bench: inout RulesBench) throws -> User {
        guard case .user(let user) = try bench.run(command) else { throw ContractViolation("a user") }
        return user
    }

    @Test("A user is called as they prefer if that is free and well formed, else by their id")
    func usernames() throws {
        var bench = RulesBench()
        try bench.run(.createUser(NewUser(id: UserID("1"), username: "kim")))
        #expect(try user(signIn("p1", TokenProfile(preferredUsername: " Jane ")), &bench).username == "Jane")
        for (number, wanted) in ["KIM", "ki\u{200B}m", "k\u{200D}im", "", " ", "\u{3164}", "JANE"].enumerated() {
            let id = "q\(number)"
            let profile = TokenProfile(preferredUsername: ByteString(wanted))
            #expect(try user(signIn(id, profile), &bench).username == id, "\(wanted)")
        }
        let long = TokenProfile(preferredUsername: ByteString(String(repeating: "x", count: 65)))
        #expect(try user(signIn("r", long), &bench).username == "r")
        #expect(bench.unnamedLoads == [])
    }

    @Test("An id that is another's username gets a number behind it, however often")
    func suffixes() throws {
        var bench = RulesBench()
        try bench.run(.createUser(NewUser(id: UserID("1"), username: "kim")))
        try bench.run(.createUser(NewUser(id: UserID("2"), username: "KIM-2")))
        #expect(try user(signIn("kim"), &bench).username == "kim-3")
        #expect(try user(signIn("Kim"), &bench).username == "Kim-4")
        let long = String(repeating: "x", count: 128)
        #expect(try user(signIn(long), &bench).username == long)
        let other = try user(signIn(long.uppercased()), &bench)
        #expect(other.username == String(repeating: "X", count: 62) + "-2")
        for number in 5...99 { try bench.run(.createUser(NewUser(username: "kim-\(number)"))) }
        let last = try user(signIn("kIm"), &bench).username
        #expect(last.hasPrefix("kIm-") && last.utf8.count <= 64)
        #expect(bench.unnamedLoads == [])
    }

    @Test("A token for a user who is to be made has them called by their id in the same way")
    func issued() throws {
        var bench = RulesBench()
        try bench.run(.createUser(NewUser(id: UserID("1"), username: "kim")))
        let token = NewToken(
            id: TokenID("t"), owner: .id(UserID("kim")), createUser: true, label: nil, expiresAt: bench.now)
        guard case .token(_, let owner) = try bench.run(.issueToken(token)) else { throw ContractViolation("a token") }
        #expect(owner.id == UserID("kim") && owner.username == "kim-2")
    }

    @Test("Names and pictures that do not fit are cut or left out, and keep nobody out")
    func claims() throws {
        func card(_ name: String?, _ picture: String? = nil) -> SignIn {
            SignIn(
                UserID("u"), TokenProfile(name: name.map { ByteString($0) }, picture: picture.map { ByteString($0) }))
        }
        #expect(card("Maria Garcia").displayName == "Maria Garcia")
        #expect(card(String(repeating: "x", count: 500)).displayName == String(repeating: "x", count: 200))
        #expect(card(String(repeating: "x", count: 199) + "🇩🇪").displayName == String(repeating: "x", count: 199))
        #expect(card("z" + String(repeating: "\u{301}", count: 500)).displayName == nil)
        for name in ["", "  ", "\u{200B}", "a\nb", "\u{202E}a"] { #expect(card(name).displayName == nil, "\(name)") }
        #expect(card(nil, "https://a.example/p.png").avatarURL == "https://a.example/p.png")
        for picture in ["", "javascript:alert(1)", "//evil", "https://a/" + String(repeating: "x", count: 2000)] {
            #expect(card(nil, picture).avatarURL == nil, "\(picture)")
        }
    }

    @Test("What a token does not say stays, and nothing is written when nothing is new")
    func follows() throws {
        var bench = RulesBench()
        let first = TokenProfile(name: "Ann", picture: "/a.png")
        let made = try user(signIn("u", first), &bench)
        #expect(made.displayName == "Ann" && made.avatarURL == "/a.png")
        for profile in [first, TokenProfile(), TokenProfile(name: "Ann"), TokenProfile(preferredUsername: "other")] {
            #expect(!SignIn(UserID("u"), profile).changes(made))
            #expect(try user(signIn("u", profile), &bench) == made && bench.changes.isEmpty)
        }
        #expect(SignIn(UserID("u"), TokenProfile(name: "Anne")).changes(made))
        let renamed = try user(signIn("u", TokenProfile(name: "Anne")), &bench)
        #expect(renamed.displayName == "Anne" && renamed.avatarURL == "/a.png" && renamed.username == "u")
        #expect(bench.changes.count == 1)
    }
}
