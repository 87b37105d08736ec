import Testing

@testable import parley

@Suite("Mistyped commands")
struct CommandTypoTests {
    @Test(
        "The nearest command is suggested, with its usage",
        arguments: [
            ("user blok alice", "block", "parley user block <user>"),
            ("user unblok a", "unblock", "parley user unblock"),
            ("usre list", "user", "parley user"), ("token revke t", "revoke", "parley token revoke"),
            ("bakcup f", "backup", "parley backup <file>"), ("chat crete", "create", "parley chat create"),
            ("chat delete-mesage m", "delete-message", "parley chat delete-message"),
            ("token isue a", "create", "parley token create"),
        ])
    func near(line: String, meant: String, usage: String) throws {
        let typo = try #require(CommandTypo(in: line.split(separator: " ").map(String.init)))
        #expect(typo.suggestion == meant && typo.usage.hasPrefix(usage), "\(typo)")
        #expect(typo.message.hasSuffix("did you mean \(meant)?"))
    }

    @Test("Where nothing is near, everything that there is is named")
    func far() throws {
        let typo = try #require(CommandTypo(in: ["user", "frobnicate", "alice"]))
        #expect(typo.suggestion == nil && typo.usage.hasPrefix("parley user"))
        #expect(typo.message.hasPrefix("parley user has no command \"frobnicate\": there are create, list, show"))
        #expect(try #require(CommandTypo(in: [""])).suggestion == nil)
        #expect(CommandTypo(in: ["user", String(repeating: "e\u{301}", count: 100_000)]) != nil)
    }

    @Test(
        "What is a command, an option or an argument is none",
        arguments: [
            "", "serve", "--data x", "serve x", "user", "user --help", "user block alice", "help", "help user block",
            "token issue alice", "chat messages lobby blok", "--version", "---completion user",
        ])
    func none(line: String) {
        #expect(CommandTypo(in: line.split(separator: " ").map(String.init)) == nil)
    }
}
