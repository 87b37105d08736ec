import Testing

@testable import parley

@Suite("The notice of the first start")
struct StartupNoticeTests {
    private static func commands(admin: String, key: String?) -> [Substring] {
        StartupNotice(publicAddress: "[::]:5000", adminAddress: admin, adminKeyPath: key).text
            .split(separator: "\n").filter { $0.contains("curl") }
    }

    @Test("It has three commands, with the key's file")
    func commands() {
        let commands = Self.commands(admin: "127.0.0.1:5080", key: "./data/admin.key")
        #expect(commands.count == 3)
        #expect(commands.allSatisfy { $0.contains("http://127.0.0.1:5080/admin/") })
        #expect(commands.allSatisfy { $0.contains("Bearer $(cat ./data/admin.key)") })
    }

    @Test("A wildcard address becomes one that can be reached, a Unix socket an option of curl")
    func addresses() {
        #expect(Self.commands(admin: "[::]:5080", key: nil).allSatisfy { $0.contains("http://127.0.0.1:5080/") })
        let socket = Self.commands(admin: "unix:/run/it's.sock", key: nil)
        #expect(socket.allSatisfy { $0.contains("--unix-socket '/run/it'\\''s.sock'") })
    }

    @Test("A path with blanks is quoted for the shell")
    func quoting() {
        #expect(Self.commands(admin: "a:1", key: "/my data/k").allSatisfy { $0.contains("$(cat '/my data/k')") })
    }
}
