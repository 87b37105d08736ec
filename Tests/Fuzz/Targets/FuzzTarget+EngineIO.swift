import NIOCore
import NIOHTTP1
import SocketServer

@testable import EngineIO

extension FuzzTarget {
    /// The packets of a body in order; `nil` as the last one when it is malformed.
    private static func all(_ packets: EnginePayload.Packets) -> [EnginePacket?] {
        var (packets, all): (EnginePayload.Packets, [EnginePacket?]) = (packets, [])
        while true {
            switch packets.next() {
            case .packet(let packet): all.append(packet)
            case .malformed: return all + [nil]
            case .end: return all
            }
        }
    }

    /// The body of a POST, and what it becomes when a server sends it back by polling.
    static let enginePayload = FuzzTarget("engine-payload") { bytes in
        let packets = all(EnginePayload.Packets(bytes.buffer))
        try require(packets.dropLast().allSatisfy { $0 != nil }, "a packet after a malformed one")
        try require(packets.count <= bytes.count + 1, "more packets than bytes")
        let messages = packets.compactMap { packet -> EnginePacket? in
            switch packet {
            case .text, .binary: packet
            default: nil
            }
        }
        var frames = EngineFrames()
        for message in messages {
            if case .text(let text) = message { frames.append(text: text.readableBytesView) }
            if case .binary(let binary) = message { frames.append(binary: binary.readableBytesView) }
        }
        var rest = frames.bytes
        var body = ByteBuffer()
        while rest.readableBytes > 0 { EnginePayload.appendFirst(of: &rest, to: &body) }
        guard !messages.isEmpty else { return }
        let again = all(EnginePayload.Packets(body))
        try require(again == messages.map { $0 as EnginePacket? }, "sent back: \(messages), came: \(again)")
    }

    /// The query of a request, and the headers that say for whom a proxy asks.
    static let query = FuzzTarget("query") { bytes in
        var input = FuzzInput(bytes)
        let cut = Int(input.byte())
        let raw = String(decoding: input.take(cut), as: UTF8.self)
        let query = EngineQuery(raw)
        try require(query.items.count <= raw.utf8.count + 1, "more items than characters")
        _ = query["sid"]
        let headers: HTTPHeaders = ["x-forwarded-for": input.text, "x-forwarded-proto": input.text]
        let peer = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        let trusted = try TrustedProxies(["127.0.0.0/8", "10.0.0.0/8", "fd00::/7", "unix"])
        let client = trusted.client(peer: peer, headers: headers)
        try require((try? SocketAddress(ipAddress: client, port: 1)) != nil, "\(client) is no address")
        _ = trusted.isSecure(peer: peer, headers: headers)
        try require(TrustedProxies().client(peer: peer, headers: headers) == "127.0.0.1", "an untrusted word was taken")
    }
}
