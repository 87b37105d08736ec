import Foundation

/// A blocking WebSocket that only counts what it gets.
final class MicroClient {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Connects and enters the main namespace; returns when the session is ready.
    init(port: Int, token: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failed(description: "connect: \(errno)") }
        try write(
            Array(
                ("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
        try skip(past: "maxPayload")
        try write(Input.frame(#"40{"token":"\#(token)"}"#))
        try skip(past: #"["offset","#)
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failed(description: "send: \(errno)") }
            sent += count
        }
    }

    /// Reads so many bytes, at least one of them by waiting.
    func read(_ bytes: Int) throws {
        var got = 0
        while got < bytes { got += try receive() }
    }

    /// Reads what has come, without waiting.
    ///
    /// - Returns: how many bytes that was.
    @discardableResult
    func drain() -> Int {
        var got = 0
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return got }
            got += count
        }
    }

    /// Reads until this text has come; what comes with it is dropped.
    private func skip(past text: String) throws {
        var seen = ""
        while !seen.contains(text) { seen += String(decoding: buffer[..<(try receive())], as: UTF8.self) }
    }

    private func receive() throws -> Int {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw Failed(description: "recv: \(count), \(errno)") }
        return count
    }
}
