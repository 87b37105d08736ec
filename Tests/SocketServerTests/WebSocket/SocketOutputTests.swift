import Foundation
import NIOCore
import Testing

@testable import SocketServer

@Suite("Sending straight to a socket")
struct SocketOutputTests {
    /// Two connected sockets that do not block, the first with a small send buffer.
    private func withPair(_ body: (_ ours: CInt, _ theirs: CInt) throws -> Void) throws {
        var pair: [CInt] = [-1, -1]
        #if canImport(Darwin)
        let stream = SOCK_STREAM
        #else
        let stream = CInt(SOCK_STREAM.rawValue)
        #endif
        try #require(socketpair(AF_UNIX, stream, 0, &pair) == 0)
        defer { for descriptor in pair where descriptor >= 0 { close(descriptor) } }
        for descriptor in pair { try #require(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0) }
        var size: CInt = 4096
        try #require(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size)) == 0)
        try body(pair[0], pair[1])
    }

    private func readAll(_ descriptor: CInt) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &part, part.count), count > 0 { bytes += part[..<count] }
        return bytes
    }

    private func frames(_ count: Int, of size: Int) -> [ByteBuffer] {
        (0..<count).map { number in ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ number &* 7) }) }
    }

    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1000, alignment: 16)

    @Test(
        "What goes in comes out, in order, in one piece or in parts",
        arguments: [(1, 10), (3, 10), (7, 300), (1, 900), (1, 5000), (4, 900), (200, 7)])
    func inOrder(count: Int, size: Int) throws {
        defer { scratch.deallocate() }
        try withPair { ours, theirs in
            var output = SocketOutput()
            let all = frames(count, of: size)
            for frames in all { output.append(frames) }
            #expect(output.size == count * size)
            guard case .sent = output.send(to: ours, scratch: scratch) else {
                Issue.record("not all was sent")
                return
            }
            #expect(output.isEmpty && output.size == 0)
            #expect(readAll(theirs) == all.flatMap { Array($0.readableBytesView) })
        }
    }

    @Test("What the kernel does not take is given back, and begins where it stopped", arguments: [1, 50, 2000])
    func rest(count: Int) throws {
        defer { scratch.deallocate() }
        try withPair { ours, theirs in
            var output = SocketOutput()
            let all = frames(count, of: 200_000 / count + 1)
            var got: [UInt8] = []
            var rest: [UInt8] = []
            // In turns of at most what is laid side by side, until the socket is full.
            for frames in all {
                output.append(frames)
                guard rest.isEmpty else { continue }
                if case .rest(let piece) = output.send(to: ours, scratch: scratch) {
                    rest = Array(piece.bytes.readableBytesView)
                    #expect(piece.counted == rest.count)
                }
            }
            #expect(!rest.isEmpty)
            got = readAll(theirs)
            while let piece = output.takePiece() { rest += Array(piece.bytes.readableBytesView) }
            #expect(output.isEmpty && output.size == 0 && output.counted == 0)
            #expect(got + rest == all.flatMap { Array($0.readableBytesView) })
        }
    }

    @Test("What does not count is known of each piece, wherever the kernel stopped", arguments: [1, 7, 100, 3000])
    func counted(size: Int) throws {
        defer { scratch.deallocate() }
        try withPair { ours, theirs in
            var output = SocketOutput()
            var left = 0
            for (number, frames) in frames(300_000 / size + 1, of: size).enumerated() {
                output.append(frames, isCounted: number % 3 == 0)
                if number % 3 == 0 { left += size }
            }
            #expect(output.counted == left)
            guard case .rest(let piece) = output.send(to: ours, scratch: scratch) else {
                Issue.record("the socket took everything")
                return
            }
            let sent = readAll(theirs).count
            // Every third frame counts.
            let countedAndSent = (0..<(sent / size)).filter { $0 % 3 == 0 }.count * size
            let cut = (sent / size) % 3 == 0 ? sent % size : 0
            #expect(piece.counted + output.counted == left - countedAndSent - cut)
        }
    }

    @Test("A broken connection is told, without a signal that would end the process")
    func broken() throws {
        defer { scratch.deallocate() }
        try withPair { ours, theirs in
            shutdown(theirs, CInt(SHUT_RDWR))
            var output = SocketOutput()
            output.append(ByteBuffer(string: "x"))
            guard case .failed = output.send(to: ours, scratch: scratch) else {
                Issue.record("a broken connection went unnoticed")
                return
            }
            #expect(output.isEmpty)
        }
    }
}
