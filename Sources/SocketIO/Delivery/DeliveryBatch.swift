import ByteText
import EngineIO
public import JSON

/// What one commit of the application has to tell, in order, to be handed to each event loop once.
///
/// Frames for the same room that follow one another are joined, so that a member gets them in one write. `trailer` goes
/// to every socket that received something for a room, after all of it.
public final class DeliveryBatch: Sendable {
    enum Operation: Sendable {
        case socket(Socket, EngineFrames)
        /// As `socket`, and the socket's handler is told that an answer went out.
        case answer(Socket, EngineFrames)
        case room(ByteString, EngineFrames, except: Socket?)
        /// To those sockets of the room whose floor in it (``SocketHandler/floor(of:in:)``) is one of these.
        case floors(ByteString, EngineFrames, Range<Int64>)
        /// To the sockets of any of the rooms, once each, but those of the room `except`.
        case rooms([ByteString], EngineFrames, except: ByteString)
        /// Every socket of the first room joins, or leaves, the second.
        case join(selector: ByteString, room: ByteString)
        case leave(selector: ByteString, room: ByteString)
        case perform(selector: ByteString, any SocketAct)

        /// Whether it may mean something to other processes: an answer goes to a socket of this one.
        var concernsOthers: Bool {
            switch self {
            case .socket, .answer: false
            case .room, .floors, .rooms, .join, .leave, .perform: true
            }
        }
    }

    /// Grows from batch to batch; what ``Socket/release(after:)`` compares.
    public let stamp: Int64
    let operations: [Operation]
    let trailer: EngineFrames?
    /// It tells what no feed of commits holds (who types, who is there), so that other processes hear it from this one
    /// only: see ``Adapter``.
    public let isEphemeral: Bool

    var concernsOthers: Bool { trailer != nil || operations.contains(where: \.concernsOthers) }

    /// Bytes of all it tells.
    var size: Int {
        operations.reduce(0) { sum, operation in
            switch operation {
            case .socket(_, let frames), .answer(_, let frames): sum + frames.size
            case .room(_, let frames, _), .rooms(_, let frames, _),
                .floors(_, let frames, _):
                sum + frames.size
            case .join, .leave, .perform: sum
            }
        }
    }

    init(stamp: Int64, operations: [Operation], trailer: EngineFrames?, isEphemeral: Bool) {
        self.stamp = stamp
        self.operations = operations
        self.trailer = trailer
        self.isEphemeral = isEphemeral
    }

    /// Collects a batch. Not thread-safe; one thread builds, then hands over.
    ///
    /// The batch is a row of segments, divided by what changes who is in a room. In a segment what goes to single
    /// sockets comes first (so an ack precedes the event it caused), then each room's frames in the order told.
    public struct Builder {
        /// What a segment tells one room. An object, so that it grows where it lies.
        private final class RoomFrames {
            let room: ByteString
            var writer = FrameWriter()

            init(_ room: ByteString) { self.room = room }
        }

        /// Where the argument of an event lies in a batch, as long as its segment is not closed.
        package struct Passage {
            fileprivate let segment: Int
            fileprivate let place: Int
            fileprivate let bytes: Range<Int>

            package var size: Int { bytes.count }
        }

        private var operations: [Operation] = []
        private var direct: [Operation] = []
        private var rooms: [Operation] = []
        /// In the order in which the rooms were first told of something.
        private var joined: [RoomFrames] = []
        /// The places of rooms in ``joined``, but for the first, which in most batches is the only one.
        private var places: [ByteString: Int] = [:]
        /// The place of the room that was told last: what follows is mostly for the same.
        private var latest = 0
        private var segment = 0

        public init() {}

        public var isEmpty: Bool { operations.isEmpty && direct.isEmpty && rooms.isEmpty && joined.isEmpty }

        /// To one socket, before what the same segment tells rooms: acks.
        public mutating func send(_ frames: EngineFrames, to socket: Socket) {
            direct.append(.socket(socket, frames))
        }

        /// The answer of a command of the socket's: as ``send(_:to:)``, and ``SocketHandler/socketWasAnswered(_:)``.
        public mutating func answer(_ frames: EngineFrames, to socket: Socket) {
            direct.append(.answer(socket, frames))
        }

        /// To the sockets of any of the rooms, once each, but those of the room `except`; what has no order among the
        /// rest (presence).
        public mutating func send(_ frames: EngineFrames, toAnyOf names: [String], except: String) {
            rooms.append(.rooms(names.map { ByteString($0) }, frames, except: ByteString(except)))
        }

        /// To the sockets of a room.
        public mutating func send(_ frames: EngineFrames, toRoom room: String) {
            joined[place(of: ByteString(room))].writer.append(frames)
        }

        /// To the sockets of a room: an event whose one argument is the value that `write` writes, where it goes out
        /// from.
        ///
        /// - Parameter event: needs no escapes in JSON.
        public mutating func send(
            _ event: String, toRoom room: String, by encoder: PacketEncoder, json write: (inout JSONWriter) -> Void
        ) {
            _ = passage(event, toRoom: room, by: encoder, json: write)
        }

        /// As ``send(_:toRoom:by:json:)``.
        ///
        /// - Returns: where the value lies: see ``withJSON(of:_:)``.
        package mutating func passage(
            _ event: String, toRoom room: String, by encoder: PacketEncoder, json write: (inout JSONWriter) -> Void
        ) -> Passage {
            let place = place(of: ByteString(room))
            let frames = joined[place]
            var length = 0
            frames.writer.text { text in
                encoder.event(event, to: &text) { text in
                    let start = text.count
                    write(&text)
                    length = text.count - start
                }
            }
            // The bracket that closes the packet is behind it.
            let end = frames.writer.size - 1
            return Passage(segment: segment, place: place, bytes: end - length..<end)
        }

        /// The JSON text of an event's argument; `nil` when its segment was closed.
        package func withJSON<Result>(of passage: Passage, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
            guard passage.segment == segment else { return nil }
            return joined[passage.place].writer.withBytes { bytes in
                body(UnsafeRawBufferPointer(rebasing: bytes[passage.bytes]))
            }
        }

        private mutating func place(of room: ByteString) -> Int {
            if latest < joined.count, joined[latest].room == room { return latest }
            if let first = joined.first {
                latest = first.room == room ? 0 : places[room] ?? joined.count
                if latest < joined.count { return latest }
                places[room] = latest
            } else {
                latest = 0
            }
            joined.append(RoomFrames(room))
            return latest
        }

        /// To those sockets of a room whose floor in it (``SocketHandler/floor(of:in:)``) is one of these; in order
        /// with the rest.
        public mutating func send(_ frames: EngineFrames, toRoom room: String, floors: Range<Int64>) {
            closeSegment()
            operations.append(.floors(ByteString(room), frames, floors))
        }

        /// To the sockets of a room but one: typing and the like, whose order among the rest does not matter.
        public mutating func send(_ frames: EngineFrames, toRoom room: String, except socket: Socket) {
            rooms.append(.room(ByteString(room), frames, except: socket))
        }

        /// Every socket of `selector` joins `room`, between what was told before and what is told after.
        public mutating func join(_ room: String, socketsOf selector: String) {
            closeSegment()
            operations.append(.join(selector: ByteString(selector), room: ByteString(room)))
        }

        /// Every socket of `selector` leaves `room`, between what was told before and what is told after.
        public mutating func leave(_ room: String, socketsOf selector: String) {
            closeSegment()
            operations.append(.leave(selector: ByteString(selector), room: ByteString(room)))
        }

        /// Performs `act` on every socket of `selector`, on its loop, in order with the rest.
        public mutating func perform(_ act: some SocketAct, onSocketsOf selector: String) {
            closeSegment()
            operations.append(.perform(selector: ByteString(selector), act))
        }

        /// The batch; the builder is empty afterwards.
        ///
        /// - Parameter isEphemeral: see ``DeliveryBatch/isEphemeral``.
        public mutating func finish(
            stamp: Int64, trailer: EngineFrames?, isEphemeral: Bool = false
        ) -> DeliveryBatch {
            closeSegment()
            defer { operations = [] }
            return DeliveryBatch(stamp: stamp, operations: operations, trailer: trailer, isEphemeral: isEphemeral)
        }

        private mutating func closeSegment() {
            operations.append(contentsOf: direct)
            direct.removeAll(keepingCapacity: true)
            for told in joined { operations.append(.room(told.room, told.writer.frames, except: nil)) }
            joined.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            segment += 1
            operations.append(contentsOf: rooms)
            rooms.removeAll(keepingCapacity: true)
        }
    }
}

extension DeliveryBatch: Equatable {
    /// Whether both tell the same, in the same order.
    public static func == (left: DeliveryBatch, right: DeliveryBatch) -> Bool {
        left.stamp == right.stamp && left.isEphemeral == right.isEphemeral && left.trailer == right.trailer
            && left.operations == right.operations
    }
}

extension DeliveryBatch.Operation: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.socket(let one, let frames), .socket(let other, let others)),
            (.answer(let one, let frames), .answer(let other, let others)):
            one === other && frames == others
        case (.room(let name, let frames, let left), .room(let other, let others, let right)):
            name == other && frames == others && left === right
        case (.floors(let name, let frames, let floors), .floors(let other, let others, let range)):
            name == other && frames == others && floors == range
        case (.rooms(let names, let frames, let left), .rooms(let other, let others, let right)):
            names == other && frames == others && left == right
        case (.join(let selector, let room), .join(let other, let joined)),
            (.leave(let selector, let room), .leave(let other, let joined)):
            selector == other && room == joined
        case (.perform(let selector, let act), .perform(let other, let acts)):
            selector == other && act.isSame(as: acts)
        default: false
        }
    }
}

extension SocketAct {
    /// Two acts are the same when other processes cannot tell them apart.
    fileprivate func isSame(as other: any SocketAct) -> Bool {
        var (own, others) = (ClusterWriter(), ClusterWriter())
        encode(into: &own)
        other.encode(into: &others)
        return own.buffer == others.buffer
    }
}
