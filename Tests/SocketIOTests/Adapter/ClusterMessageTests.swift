import ByteText
import NIOCore
import Testing

@testable import EngineIO
@testable import SocketIO

/// Messages between processes, as bytes.
@Suite("Messages between processes")
struct ClusterMessageTests {
    /// An act that is nothing but its bytes.
    private struct Act: SocketAct {
        let text: ByteString
        func perform(on socket: Socket) {}
        func encode(into writer: inout ClusterWriter) { writer.write(text) }
    }

    /// Numbers that are the same in every run (SplitMix64).
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        /// Bytes of payloads: around the lengths at which a frame's head grows.
        var lengths = [0, 1, 124, 125, 126, 300, 65_534, 65_535, 65_536]

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }

        mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

        mutating func text() -> ByteString {
            let pieces = ["", "r", "room", "é", "e\u{301}", "日本", "\u{0}", "👍🏽", "\u{1e}", "/a,"]
            return ByteString((0..<below(4)).map { _ in pieces[below(pieces.count)] }.joined())
        }

        mutating func texts() -> [ByteString] { (0..<below(4)).map { _ in text() } }

        mutating func frames() -> EngineFrames {
            var frames = EngineFrames()
            for _ in 0..<below(4) {
                let length = lengths[below(lengths.count)]
                if below(2) == 0 {
                    frames.append(text: String(repeating: "x", count: length))
                } else {
                    frames.append(binary: ByteBuffer(repeating: UInt8(below(256)), count: length).readableBytesView)
                }
            }
            return frames
        }

        mutating func target() -> BroadcastTarget {
            var target = BroadcastTarget(volatile: below(2) == 0)
            target.rooms = texts()
            target.except = texts()
            return target
        }

        mutating func batch() -> DeliveryBatch {
            let operations: [DeliveryBatch.Operation] = (0..<below(6)).map { _ in
                switch below(6) {
                case 0: .room(text(), frames(), except: nil)
                case 1: .floors(text(), frames(), Int64(below(5))..<Int64(5 + below(5)))
                case 2: .rooms(texts(), frames(), except: text())
                case 3: .join(selector: text(), room: text())
                case 4: .leave(selector: text(), room: text())
                default: .perform(selector: text(), Act(text: text()))
                }
            }
            return DeliveryBatch(
                stamp: [Int64.min, 0, 7, .max][below(4)], operations: operations,
                trailer: below(2) == 0 ? nil : frames(), isEphemeral: below(2) == 0)
        }

        mutating func message() -> ClusterMessage {
            switch below(7) {
            case 0: .broadcast(frames(), to: target())
            case 1: .join(rooms: texts(), target())
            case 2: .leave(rooms: texts(), target())
            case 3: .disconnect(target(), closingConnection: below(2) == 0)
            default: .batch(batch())
            }
        }
    }

    private func decode(_ bytes: ByteBuffer) throws(ClusterMessageError) -> ClusterMessage {
        try ClusterMessage(bytes) { (reader) throws(ClusterMessageError) in Act(text: try reader.text()) }
    }

    private func error(of bytes: ByteBuffer) -> ClusterMessageError? {
        do throws(ClusterMessageError) {
            _ = try decode(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("What is read is what was written")
    func roundTrip() throws {
        var random = Random(state: 14)
        for _ in 0..<200 {
            let message = random.message()
            let bytes = try message.encoded()
            #expect(try decode(bytes) == message)
        }
    }

    @Test("Bytes that end early, or go on, are no message")
    func truncated() throws {
        var random = Random(state: 5)
        for _ in 0..<40 {
            let bytes = try random.message().encoded()
            for length in stride(from: 0, to: bytes.readableBytes, by: max(1, bytes.readableBytes / 200)) {
                #expect(error(of: ByteBuffer(bytes.readableBytesView.prefix(length))) != nil)
            }
            var more = bytes
            more.writeInteger(UInt8(0))
            #expect(error(of: more) == .excessBytes)
        }
    }

    @Test("Bytes that were changed are refused, or are exactly another message; none trap")
    func changed() throws {
        var random = Random(state: 77, lengths: [0, 1, 5, 126])
        var refused = 0
        for _ in 0..<3_000 {
            var bytes = Array(try random.message().encoded().readableBytesView)
            for _ in 0...random.below(3) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            let buffer = ByteBuffer(bytes: bytes)
            guard let message = try? decode(buffer) else {  // most are refused
                refused += 1
                continue
            }
            #expect(try message.encoded() == buffer)
        }
        #expect(refused > 100)
    }

    @Test("Each way to be no message has its error", arguments: [
        ([], .truncated), ([1], .truncated), ([2, 1], .unsupportedVersion(2)), ([1, 0], .unknownKind(0)),
        ([1, 9], .unknownKind(9)),
        // A broadcast whose frames are a close frame; masked; of a length in too many bytes; text that is no message.
        ([1, 2, 0, 0, 0, 2, 0x88, 0], .malformed), ([1, 2, 0, 0, 0, 6, 0x82, 0x80, 0, 0, 0, 0], .malformed),
        ([1, 2, 0, 0, 0, 4, 0x82, 126, 0, 0], .malformed), ([1, 2, 0, 0, 0, 3, 0x81, 1, 0x32], .malformed),
        // A room that is no UTF-8; a list of four thousand million rooms.
        ([1, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0xFF], .malformed), ([1, 3, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
        // A flag that is neither.
        ([1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 2], .malformed),
    ] as [([UInt8], ClusterMessageError)])
    func errors(bytes: [UInt8], error: ClusterMessageError) {
        #expect(self.error(of: ByteBuffer(bytes: bytes)) == error)
    }

    @Test("A range that ends before it begins is refused, and an act that nobody knows")
    func operations() throws {
        let batch = DeliveryBatch(
            stamp: 1, operations: [.floors("r", EngineFrames(), 1..<2)], trailer: nil, isEphemeral: false)
        var bytes = try ClusterMessage.batch(batch).encoded()
        bytes.setInteger(Int64.min, at: bytes.writerIndex - 8)
        #expect(error(of: bytes) == .malformed)
        let act = DeliveryBatch(
            stamp: 1, operations: [.perform(selector: "r", Act(text: "x"))], trailer: nil, isEphemeral: true)
        let known = try ClusterMessage.batch(act).encoded()
        #expect(throws: ClusterMessageError.unknownAct) { try ClusterMessage(known) }
    }

    @Test("What is longer than the limit is neither written nor read")
    func tooLong() {
        let long = ByteBuffer(repeating: 0, count: ClusterMessage.maxSize + 1)
        #expect(error(of: long) == .tooLong)
        var frames = EngineFrames()
        frames.append(binary: long.readableBytesView)
        #expect(throws: ClusterMessageError.tooLong) {
            try ClusterMessage.broadcast(frames, to: BroadcastTarget()).encoded()
        }
    }

    @Test("An answer concerns its process alone; a batch of nothing else is not published")
    func answers() {
        let empty = DeliveryBatch(stamp: 1, operations: [], trailer: nil, isEphemeral: false)
        #expect(!ClusterMessage.batch(empty).concernsOthers)
        let room = DeliveryBatch(
            stamp: 1, operations: [.join(selector: "a", room: "b")], trailer: nil, isEphemeral: false)
        #expect(ClusterMessage.batch(room).concernsOthers)
    }
}
