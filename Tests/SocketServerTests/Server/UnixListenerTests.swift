import Foundation
import SocketTestKit
import Testing

@testable import SocketServer

@Suite("Unix sockets that listen", .timeLimit(.minutes(5)))
struct UnixListenerTests {
    private static func withPath(_ body: (String) async throws -> Void) async throws {
        // Short: a socket's path has little room.
        let directory = "/tmp/unix-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory + "/s")
    }

    private static func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private static func server(_ path: String, mode: UInt32 = 0o666) -> SocketServer {
        var configuration = SocketServerConfiguration(listen: [.unix(path: path)], threads: 1)
        configuration.unixMode = mode
        return SocketServer(configuration: configuration, routes: HTTPRoutes(fallback: EchoResponder()))
    }

    @Test("It is served, and has the mode asked for whatever the process's mask is", arguments: [0o666, 0o600, 0o660])
    func served(mode: UInt32) async throws {
        try await Self.withPath { path in
            let server = Self.server(path, mode: mode)
            _ = try await server.start()
            #expect(Self.mode(path) == mode_t(mode))
            let client = try await RawClient.connect(path: path)
            #expect(try await client.request("GET", "/").status == 200)
            await server.shutdown(within: .seconds(20))
        }
    }

    @Test("A socket that a crash left is replaced, one that is served is not")
    func stale() async throws {
        try await Self.withPath { path in
            let left = try UnixListener.open(at: path, mode: 0o600, backlog: 1)
            #expect(throws: SocketServerError.self) { try UnixListener.open(at: path, mode: 0o600, backlog: 1) }
            close(left)
            #expect(Self.mode(path) == 0o600)
            let again = try UnixListener.open(at: path, mode: 0o640, backlog: 1)
            #expect(Self.mode(path) == 0o640)
            close(again)
        }
    }

    @Test("One whose server is too busy to take a connection is in use")
    func busy() async throws {
        try await Self.withPath { path in
            let busy = try UnixListener.open(at: path, mode: 0o600, backlog: 0)
            defer { close(busy) }
            for _ in 0..<4 {
                do {
                    close(try UnixListener.open(at: path, mode: 0o600, backlog: 1))
                    Issue.record("it was taken from its server")
                } catch SocketServerError.addressInUse {
                    continue
                }
            }
        }
    }

    @Test("What is no socket is left as it is, and named", arguments: ["file", "folder", "link", "pipe"])
    func other(kind: String) async throws {
        try await Self.withPath { path in
            switch kind {
            case "file": try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
            case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            case "link": #expect(symlink("/dev/null", path) == 0)
            default: #expect(mkfifo(path, 0o600) == 0)
            }
            let before = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
            let server = Self.server(path)
            let error = await #expect(throws: SocketServerError.self) { try await server.start() }
            await server.shutdown(within: .zero)
            #expect(error?.description.contains("what is there is no socket") == true)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int == before)
        }
    }

    @Test("A path that is too long, or leads nowhere, is refused with a reason")
    func refused() {
        let long = "/tmp/" + String(repeating: "x", count: 200)
        for (path, reason) in [(long, "has at most"), ("/no/such/folder/s", "No such file or directory")] {
            let error = #expect(throws: SocketServerError.self) {
                try UnixListener.open(at: path, mode: 0o600, backlog: 1)
            }
            #expect(error?.description.contains(reason) == true)
        }
    }
}
