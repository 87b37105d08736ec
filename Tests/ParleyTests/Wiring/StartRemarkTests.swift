import Foundation
import SocketServer
import Testing

@testable import parley

@Suite("Remarks on a weak set-up")
struct StartRemarkTests {
    private static func remarks(
        _ flags: [Setting: [String]] = [:], files: [String: String] = [:], file: String? = nil
    ) throws -> [String] {
        var configuration = try SettingsTests.read(flags: flags, file: file, files: files)
        configuration.dataDirectory = flags[.data]?.first ?? "/no/such/directory"
        return StartRemark.weaknesses(of: configuration).map { remark in
            let values = ["parley.path", "parley.option", "parley.address"].compactMap { remark.metadata[$0] }
            return values.map { "\($0)" }.joined()
        }
    }

    @Test("The defaults are none")
    func none() throws {
        #expect(try Self.remarks() == [])
    }

    @Test(
        "An admin listener that other machines can reach is one",
        arguments: [
            ("127.0.0.1:1", false), ("[::1]:1", false), ("localhost:1", false), ("127.8.9.1:1", false),
            ("unix:/a", false), ("0.0.0.0:1", true), ("[::]:1", true), ("10.0.0.1:1", true),
            ("127.evil.example:1", true),
        ])
    func admin(address: String, isWeak: Bool) throws {
        #expect(try Self.remarks([.adminListen: [address]]) == (isWeak ? [address] : []))
    }

    @Test("Keys as flags are visible to others; in files they are not")
    func flags() throws {
        let key = String(repeating: "k", count: 40)
        #expect(
            try Self.remarks([.adminKey: [key], .jwtSecret: [key]]) == ["--admin-key", "--jwt-secret"])
        #expect(try Self.remarks([.adminKeyFile: ["key"]], files: ["key": key]) == [])
    }

    @Test("Files and folders that others may read are named, with the mode they should have")
    func modes() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("weak-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        chmod(directory, 0o755)
        let secret = directory + "/secret"
        for name in ["admin.key", "parley.db", "secret"] {
            try Data().write(to: URL(fileURLWithPath: directory + "/" + name))
            chmod(directory + "/" + name, 0o640)
        }
        let files = [secret: String(repeating: "s", count: 40)]
        let flags: [Setting: [String]] = [.data: [directory], .jwtSecretFile: [secret]]
        #expect(
            try Self.remarks(flags, files: files) == [directory, directory + "/admin.key", directory + "/parley.db"])
        chmod(directory, 0o700)
        for name in ["admin.key", "parley.db"] { chmod(directory + "/" + name, 0o600) }
        chmod(secret, 0o644)
        #expect(try Self.remarks(flags, files: files) == [secret])
        chmod(secret, 0o600)
        #expect(try Self.remarks(flags, files: files) == [])
    }

    @Test(
        "Addresses are links that can be followed from this machine",
        arguments: [
            ("[::]:5000", "http://localhost:5000/"), ("0.0.0.0:80", "http://127.0.0.1:80/"),
            ("[::1]:1", "http://[::1]:1/"), ("chat.example:1", "http://chat.example:1/"), ("unix:/a b", "unix:/a b"),
        ])
    func links(address: String, link: String) throws {
        #expect(try ListenAddress(address).link(isTLS: false) == link)
        #expect(try ListenAddress(address).link(isTLS: true) == link.replacing("http:", with: "https:"))
    }
}
