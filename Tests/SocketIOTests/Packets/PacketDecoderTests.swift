import ByteText
import JSON
import NIOCore
import NIOEmbedded
import SocketServer
import Testing

@testable import SocketIO

@Suite struct PacketDecoderTests {
    private func decode(_ text: String) throws(PacketDecoder.Failure) -> Packet? {
        var decoder = PacketDecoder()
        return try decoder.receive(text: ByteBuffer(string: text))
    }

    @Test("CONNECT with and without namespace and auth")
    func connect() throws {
        #expect(try decode("0") == Packet(namespace: "/", kind: .connect(auth: nil), id: nil))
        #expect(
            try decode("0{\"token\":\"1\"}")
                == Packet(namespace: "/", kind: .connect(auth: ["token": "1"]), id: nil))
        #expect(try decode("0/custom,") == Packet(namespace: "/custom", kind: .connect(auth: nil), id: nil))
        #expect(try decode("0/custom") == Packet(namespace: "/custom", kind: .connect(auth: nil), id: nil))
        #expect(
            try decode("0/admin?x=1,{}") == Packet(namespace: "/admin", kind: .connect(auth: [:]), id: nil))
    }

    @Test("EVENT and ACK with namespace and id")
    func events() throws {
        #expect(
            try decode("2[\"a\",1,\"b\"]")
                == Packet(namespace: "/", kind: .event(name: "a", arguments: [1, "b"]), id: nil))
        #expect(
            try decode("2/n,12[\"a\"]") == Packet(namespace: "/n", kind: .event(name: "a", arguments: []), id: 12))
        #expect(try decode("30[]") == Packet(namespace: "/", kind: .ack(arguments: []), id: 0))
        #expect(try decode("1/n,") == Packet(namespace: "/n", kind: .disconnect, id: nil))
    }

    @Test(
        "Malformed packets are faults",
        arguments: [
            ("", PacketDecoder.Failure.unknownType), ("abc", .unknownType), ("7", .unknownType), ("2", .invalidPayload),
            ("2{}", .invalidPayload), ("2[]", .invalidPayload), ("2[1]", .invalidPayload), ("2[\"a\"", .invalidPayload),
            ("2abc[\"a\"]", .invalidPayload), ("2[\"connect\"]", .invalidPayload), ("0[]", .invalidPayload),
            ("0\"x\"", .invalidPayload), ("1{}", .invalidPayload), ("3{}", .invalidPayload),
            ("21234567890123456[\"a\"]", .invalidID), ("5[\"a\"]", .illegalAttachments),
            ("5-[\"a\"]", .illegalAttachments),
            ("5999-[\"a\"]", .illegalAttachments), ("51[\"a\"]", .illegalAttachments),
        ])
    func malformed(text: String, failure: PacketDecoder.Failure) {
        #expect(throws: failure) { try decode(text) }
    }

    @Test("Attachments are put where their placeholders stand, in any position")
    func attachments() throws {
        var decoder = PacketDecoder()
        let text = "52-7[\"m\",{\"a\":[{\"_placeholder\":true,\"num\":1}]},{\"_placeholder\":true,\"num\":0}]"
        #expect(try decoder.receive(text: ByteBuffer(string: text)) == nil)
        #expect(try decoder.receive(binary: ByteBuffer(bytes: [1])) == nil)
        let packet = try decoder.receive(binary: ByteBuffer(bytes: [2, 3]))
        let expected: EventArguments = [["a": [.binary(ByteBuffer(bytes: [2, 3]))]], .binary(ByteBuffer(bytes: [1]))]
        #expect(packet == Packet(namespace: "/", kind: .event(name: "m", arguments: expected), id: 7))
    }

    @Test("Attachments that wait for the rest count in the account, and give it back")
    func account() throws {
        let account = ByteAccount(limit: 1_000_000, eventLoop: EmbeddedEventLoop())
        var decoder = PacketDecoder(account: account)
        let text = "52-[\"m\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]"
        _ = try decoder.receive(text: ByteBuffer(string: text))
        #expect(account.used > 0)
        _ = try decoder.receive(binary: ByteBuffer(repeating: 0, count: 1000))
        #expect(account.used > 1000)
        #expect(try decoder.receive(binary: ByteBuffer(repeating: 0, count: 1000)) != nil)
        #expect(account.used == 0)
    }

    @Test("What is judged to be nobody's is not looked at, its attachments are dropped; what is refused is a fault")
    func judged() throws {
        let account = ByteAccount(limit: 1_000_000, eventLoop: EmbeddedEventLoop())
        var decoder = PacketDecoder(account: account)
        let skipped = try decoder.receive(text: ByteBuffer(string: "3/n,7[no JSON")) { head in
            #expect(head.kind == .ack && head.namespace == "/n" && head.id == 7 && head.payloadSize == 8)
            return .skip
        }
        #expect(skipped == nil)
        #expect(try decoder.receive(text: ByteBuffer(string: "52-[no JSON"), judge: { _ in .skip }) == nil)
        #expect(try decoder.receive(binary: ByteBuffer(repeating: 0, count: 1000)) == nil)
        #expect(account.used == 0)
        #expect(try decoder.receive(binary: ByteBuffer(repeating: 0, count: 1000)) == nil)
        #expect(throws: PacketDecoder.Failure.refused) {
            try decoder.receive(text: ByteBuffer(string: "2[\"a\"]"), judge: { _ in .refuse })
        }
    }

    @Test("Text while attachments are due, bytes that nobody announced, a placeholder without its bytes: faults")
    func attachmentFaults() throws {
        var decoder = PacketDecoder()
        _ = try decoder.receive(text: ByteBuffer(string: "51-[\"m\",{\"_placeholder\":true,\"num\":0}]"))
        #expect(throws: PacketDecoder.Failure.unexpected) { try decoder.receive(text: ByteBuffer(string: "2[\"a\"]")) }
        var fresh = PacketDecoder()
        #expect(throws: PacketDecoder.Failure.unexpected) { try fresh.receive(binary: ByteBuffer(bytes: [1])) }
        for number in ["9", "-1", "\"0\"", "99999999999999999999"] {
            var bad = PacketDecoder()
            _ = try bad.receive(text: ByteBuffer(string: "51-[\"m\",{\"_placeholder\":true,\"num\":\(number)}]"))
            #expect(throws: PacketDecoder.Failure.illegalAttachments) {
                try bad.receive(binary: ByteBuffer(bytes: [1]))
            }
        }
    }
}
