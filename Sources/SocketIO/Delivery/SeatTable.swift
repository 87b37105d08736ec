import EngineIO
import NIOCore
import SocketServer

/// The sockets of one event loop, side by side, and what waits to be sent to them. Bound to that loop.
///
/// A delivery is a few nanoseconds of work for each of many sockets, and what costs is to reach them: a socket, its
/// client, its session and its connection are four objects in four places. So what a delivery looks at lies in a row
/// here, one `Seat` a socket, and rooms are lists of seats' numbers:
///
/// 1. What is written to a seat is noted as a chain of references to chunks; a chunk is kept once, whoever it is for.
/// 2. A flush lays the chunks of a seat side by side, with the trailer if it heard a room, and gives them to the kernel
///    by the seat's outlet. The next seat with the same chunk gets the same bytes.
/// 3. Where the outlet cannot take them (polling, unsent bytes, too long) they go by the session.
final class SeatTable {
    typealias Number = Int32

    private struct Seat {
        var socket: Socket?
        var outlet: EngineOutlet?
        /// Up to where the socket knows everything: see ``Socket/hears(_:)``.
        var knownStamp = Int64.min
        var lastTrailerAt = NIODeadline.uptimeNanoseconds(0)
        /// The number of the last walk over several rooms that reached it.
        var visit = 0
        /// The chain of what waits for it: places in `writes`; -1 for none.
        var first: Int32 = -1
        var last: Int32 = -1
        /// It is in `touched`.
        var isTouched = false
        /// Something for a room was written since the last flush.
        var heardRoom = false
    }

    private struct Write {
        let chunk: Int32
        var next: Int32
    }

    /// Frames of one flush that are laid side by side; what is longer goes by the session.
    private static let scratchSize = 64 << 10
    /// Writes for which there is room from flush to flush.
    private static let keptWrites = 1 << 16

    private var seats: ContiguousArray<Seat> = []
    private var vacant: [Number] = []
    private var chunks: ContiguousArray<EngineFrames> = []
    private var writes: ContiguousArray<Write> = []
    private var touched: ContiguousArray<Number> = []
    private var visit = 0
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchSize, alignment: 16)

    deinit { scratch.deallocate() }

    // MARK: Taking a seat

    func add(_ socket: Socket, knownStamp: Int64) -> Number {
        var seat = Seat(socket: socket, outlet: socket.client.session.outlet, knownStamp: knownStamp)
        seat.lastTrailerAt = .now()
        if let number = vacant.popLast() {
            seats[Int(number)] = seat
            return number
        }
        seats.append(seat)
        return Number(seats.count - 1)
    }

    /// What waits for it is dropped. A flush may still come by the number, whoever has it then.
    func remove(_ number: Number) {
        seats[Int(number)] = Seat()
        vacant.append(number)
    }

    func outletChanged(of number: Number) {
        seats[Int(number)].outlet = seats[Int(number)].socket?.client.session.outlet
    }

    /// Everyone, in no order.
    var sockets: [Socket] { seats.compactMap(\.socket) }

    func socket(_ number: Number) -> Socket? { seats[Int(number)].socket }

    func knownStamp(of number: Number) -> Int64 { seats[Int(number)].knownStamp }

    func setKnownStamp(_ stamp: Int64, of number: Number) { seats[Int(number)].knownStamp = stamp }

    func lastTrailerAt(of number: Number) -> NIODeadline { seats[Int(number)].lastTrailerAt }

    func setLastTrailerAt(_ time: NIODeadline, of number: Number) { seats[Int(number)].lastTrailerAt = time }

    /// Whether a batch of this stamp is news to the socket.
    func hears(_ stamp: Int64, _ number: Number) -> Bool { stamp > seats[Int(number)].knownStamp }

    // MARK: Walking over several rooms

    func beginVisit() { visit += 1 }

    /// Whether the walk comes by for the first time.
    func isFirstVisit(_ number: Number) -> Bool {
        guard seats[Int(number)].visit != visit else { return false }
        seats[Int(number)].visit = visit
        return true
    }

    // MARK: Writing

    /// Whether a flush is due.
    var isWaiting: Bool { !chunks.isEmpty }

    /// Keeps frames until the next flush, for ``write(_:to:heard:)``.
    func keep(_ frames: EngineFrames) -> Int32 {
        chunks.append(frames)
        return Int32(chunks.count - 1)
    }

    /// - Parameter heard: the frames are for a room: the trailer is to follow them.
    func write(_ chunk: Int32, to number: Number, heard: Bool) {
        let place = Int32(writes.count)
        writes.append(Write(chunk: chunk, next: -1))
        let index = Int(number)
        if seats[index].first < 0 {
            seats[index].first = place
        } else {
            writes[Int(seats[index].last)].next = place
        }
        seats[index].last = place
        if heard { seats[index].heardRoom = true }
        guard !seats[index].isTouched else { return }
        seats[index].isTouched = true
        touched.append(number)
    }

    /// Whether it has a trailer coming to it; it has not any more.
    func takeHeard(_ number: Number) -> Bool {
        defer { seats[Int(number)].heardRoom = false }
        return seats[Int(number)].heardRoom
    }

    /// Gives the session what waits for the socket, before it is given anything else.
    func settle(_ number: Number) {
        let first = seats[Int(number)].first
        guard first >= 0, let socket = seats[Int(number)].socket else { return }
        seats[Int(number)].first = -1
        pass(first, to: socket)
    }

    private func pass(_ first: Int32, to socket: Socket) {
        var place = first
        while place >= 0 {
            socket.client.session.send(chunks[Int(writes[Int(place)].chunk)])
            place = writes[Int(place)].next
        }
    }

    // MARK: Flushing

    /// Sends what waits; `trailer` after it to those who heard a room.
    ///
    /// - Returns: to how many sockets.
    func flush(trailer: EngineFrames?) -> Int {
        let now = NIODeadline.now()
        var laid = Laid()
        // A flush may end a session, which may settle others; it never writes to a seat.
        for number in touched {
            let index = Int(number)
            let first = seats[index].first
            let end = seats[index].heardRoom ? trailer : nil
            seats[index].first = -1
            seats[index].isTouched = false
            seats[index].heardRoom = false
            if end != nil { seats[index].lastTrailerAt = now }
            guard first >= 0 || end != nil else { continue }
            if let outlet = seats[index].outlet, let bytes = lay(first, end, &laid) {
                switch outlet.send(bytes) {
                case .sent:
                    continue
                case .queued:
                    seats[index].socket?.flush()
                    continue
                case .notSent:
                    break
                }
            }
            guard let socket = seats[index].socket else { continue }
            pass(first, to: socket)
            if let end { socket.client.session.send(end) }
            socket.flush()
        }
        defer { touched.removeAll(keepingCapacity: true) }
        chunks.removeAll(keepingCapacity: true)
        writes.removeAll(keepingCapacity: writes.capacity <= Self.keptWrites)
        return touched.count
    }

    /// What lies in the scratch.
    private struct Laid {
        /// The one chunk, when it is one.
        var chunk: Int32 = -1
        var hasTrailer = false
        var end = 0
    }

    /// - Returns: `nil` when it does not fit.
    private func lay(_ first: Int32, _ trailer: EngineFrames?, _ laid: inout Laid) -> UnsafeRawBufferPointer? {
        let isOne = first >= 0 && writes[Int(first)].next < 0
        if isOne, laid.chunk == writes[Int(first)].chunk, laid.hasTrailer == (trailer != nil) {
            return UnsafeRawBufferPointer(rebasing: scratch[..<laid.end])
        }
        laid = Laid()
        var place = first
        while place >= 0 {
            guard append(chunks[Int(writes[Int(place)].chunk)], &laid.end) else { return nil }
            place = writes[Int(place)].next
        }
        if let trailer {
            guard append(trailer, &laid.end) else { return nil }
        }
        if isOne { laid.chunk = writes[Int(first)].chunk }
        laid.hasTrailer = trailer != nil
        return UnsafeRawBufferPointer(rebasing: scratch[..<laid.end])
    }

    private func append(_ frames: EngineFrames, _ end: inout Int) -> Bool {
        frames.bytes.withUnsafeReadableBytes { bytes in
            guard bytes.count <= scratch.count - end else { return false }
            UnsafeMutableRawBufferPointer(rebasing: scratch[end...]).copyMemory(from: bytes)
            end += bytes.count
            return true
        }
    }
}

@available(*, unavailable)
extension SeatTable: Sendable {}
