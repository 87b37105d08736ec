import ByteText
import EngineIO
import NIOCore

/// Who is where, as far as one event loop's sockets go: a namespace has one of these a loop, and nobody locks it.
///
/// A room is an array of seats (see ``SeatTable``), since what is done with it is to walk it; each socket knows its
/// place in each of its rooms, so leaving is a swap with the last one.
final class RoomIndex {
    struct Member {
        let seat: SeatTable.Number
        /// Which of its socket's places this is.
        var slot: Int32
    }

    final class Room {
        /// Shared by all who are in it, instead of a copy each.
        let name: ByteString
        var members: ContiguousArray<Member> = []

        init(name: ByteString) { self.name = name }
    }

    /// Sockets of a flush that takes long enough for the first of them to answer meanwhile: some 50 µs.
    private static let longFlush = 16

    let eventLoop: any EventLoop
    /// For handlers of its sockets that are `async`.
    let taskExecutor: LoopTaskExecutor
    let seats = SeatTable()
    private var rooms: [ByteString: Room] = [:]
    /// Of sockets that do not hear live yet: each keeps the batches that pass.
    private var holding: [ObjectIdentifier: HeldDeliveries] = [:]
    private(set) var latestTrailer: EngineFrames?
    /// The stamp of the batch that brought it.
    private(set) var latestStamp = Int64.min
    private var isFlushing = false
    /// Whether a batch since the last flush brought a trailer.
    private var mustTrail = false
    /// Who wants to know of the flush, and of the look at the sockets after it.
    private var whenFlushed: [@Sendable () -> Void] = []
    private var whenLooked: [@Sendable () -> Void] = []

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        taskExecutor = LoopTaskExecutor(eventLoop)
    }

    func remove(_ socket: Socket) {
        leaveAll(socket)
        seats.remove(socket.seat)
    }

    func hold(_ held: HeldDeliveries) { holding[ObjectIdentifier(held)] = held }
    func stopHolding(_ held: HeldDeliveries) { holding.removeValue(forKey: ObjectIdentifier(held)) }

    func join(_ socket: Socket, _ name: ByteString) {
        let room = rooms[name] ?? Room(name: name)
        guard !socket.places.contains(where: { $0.room === room }) else { return }
        if room.members.isEmpty { rooms[name] = room }
        socket.places.append(Socket.Place(room: room, index: room.members.count))
        room.members.append(Member(seat: socket.seat, slot: Int32(socket.places.count - 1)))
    }

    func isMember(_ socket: Socket, of name: ByteString) -> Bool {
        guard let room = rooms[name] else { return false }
        return socket.places.contains { $0.room === room }
    }

    func memberCount(of name: ByteString) -> Int { rooms[name]?.members.count ?? 0 }

    func leave(_ socket: Socket, _ name: ByteString) {
        guard let room = rooms[name], let slot = socket.places.firstIndex(where: { $0.room === room }) else { return }
        vacate(socket.places[slot])
        let last = socket.places.removeLast()
        if slot < socket.places.count {
            socket.places[slot] = last
            last.room.members[last.index].slot = Int32(slot)
        }
    }

    func leaveAll(_ socket: Socket) {
        for place in socket.places { vacate(place) }
        socket.places = []
    }

    private func vacate(_ place: Socket.Place) {
        let room = place.room
        let last = room.members.removeLast()
        if place.index < room.members.count {
            room.members[place.index] = last
            seats.socket(last.seat)?.places[Int(last.slot)].index = place.index
        }
        if room.members.isEmpty { rooms.removeValue(forKey: room.name) }
    }

    func members(of name: ByteString) -> [Socket] { rooms[name]?.members.compactMap { seats.socket($0.seat) } ?? [] }

    /// The sockets a broadcast reaches.
    func targets(of target: BroadcastTarget) -> [Socket] {
        var chosen: [Socket]
        switch target.rooms.count {
        case 0: chosen = seats.sockets
        case 1: chosen = members(of: target.rooms[0])
        default:
            var seen: Set<ObjectIdentifier> = []
            chosen = target.rooms.flatMap(members(of:)).filter { seen.insert(ObjectIdentifier($0)).inserted }
        }
        if !target.except.isEmpty {
            chosen.removeAll { socket in
                target.except.contains { isMember(socket, of: $0) }
            }
        }
        return chosen
    }

    /// Carries out a batch for this loop's sockets: what it tells them is noted, and sent in a later turn of the loop,
    /// after whatever batches wait already; so a socket gets what several of them told it in one write, with the
    /// trailer of the last.
    func apply(_ batch: DeliveryBatch, sent: (@Sendable () -> Void)?) {
        for held in holding.values where !held.append(batch) { overflow(held) }
        for operation in batch.operations { apply(operation, stamp: batch.stamp) }
        if let trailer = batch.trailer {
            latestTrailer = trailer
            latestStamp = max(latestStamp, batch.stamp)
            mustTrail = true
        }
        if let sent { whenFlushed.append(sent) }
        guard !isFlushing, seats.isWaiting || !whenFlushed.isEmpty else { return }
        isFlushing = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.flush() }
    }

    /// Writes the trailer that a socket has coming to it, before its last word: no later flush reaches it.
    func writeTrailer(to socket: Socket) {
        guard mustTrail, let trailer = latestTrailer, seats.takeHeard(socket.seat) else { return }
        socket.write(trailer)
    }

    private func flush() {
        isFlushing = false
        let count = seats.flush(trailer: mustTrail ? latestTrailer : nil)
        mustTrail = false
        guard !whenFlushed.isEmpty else { return }
        let isLooking = !whenLooked.isEmpty
        whenLooked.append(contentsOf: whenFlushed)
        whenFlushed.removeAll(keepingCapacity: true)
        if isLooking { return }
        // After a short flush nobody can have answered.
        if count < Self.longFlush { return tellWhoWaits() }
        do {
            // Later than the tasks of this turn, so that the loop reads what has come to its sockets first.
            _ = try eventLoop.assumeIsolated().scheduleCallback(in: .microseconds(5), handler: self)
        } catch {
            tellWhoWaits()  // the loop is at its end
        }
    }

    private func tellWhoWaits() {
        let waiting = whenLooked
        whenLooked.removeAll(keepingCapacity: true)
        for body in waiting { body() }
    }

    private func apply(_ operation: DeliveryBatch.Operation, stamp: Int64) {
        switch operation {
        case .socket(let socket, let frames):
            write(frames, to: socket)
        case .answer(let socket, let frames):
            guard socket.roomIndex === self else { return }
            write(frames, to: socket)
            socket.handler?.socketWasAnswered(socket)
        case .rooms(let names, let frames, let except):
            let chunk = seats.keep(frames)
            seats.beginVisit()
            // Who is left out counts as reached already: nobody is asked for all of their rooms.
            for member in rooms[except]?.members ?? [] { _ = seats.isFirstVisit(member.seat) }
            for name in names {
                for member in rooms[name]?.members ?? []
                where seats.isFirstVisit(member.seat) && seats.hears(stamp, member.seat) {
                    seats.write(chunk, to: member.seat, heard: false)
                }
            }
        case .room(let name, let frames, let except):
            guard let room = rooms[name] else { return }
            let chunk = seats.keep(frames)
            // The seat of one who has gone may be another's by now.
            let left = except.flatMap { $0.roomIndex === self && $0.isConnected ? $0.seat : nil } ?? -1
            for member in room.members where member.seat != left && seats.hears(stamp, member.seat) {
                seats.write(chunk, to: member.seat, heard: true)
            }
        case .floors(let name, let frames, let floors):
            let chunk = seats.keep(frames)
            for member in rooms[name]?.members ?? [] where seats.hears(stamp, member.seat) {
                guard let socket = seats.socket(member.seat), floors.contains(socket.floor(in: name)) else { continue }
                seats.write(chunk, to: member.seat, heard: true)
            }
        case .join(let selector, let name):
            for socket in members(of: selector) where socket.isMoved(by: stamp) { join(socket, name) }
        case .leave(let selector, let name):
            for socket in members(of: selector) where socket.isMoved(by: stamp) { leave(socket, name) }
        case .perform(let selector, let act):
            // Whatever the snapshot held, and whether the socket hears live: this is no news to tell, but something to
            // do at once (end a session).
            for socket in members(of: selector) where socket.isConnected { act.perform(on: socket) }
        }
    }

    private func write(_ frames: EngineFrames, to socket: Socket) {
        guard socket.roomIndex === self, socket.isConnected, !frames.isEmpty else { return }
        seats.write(seats.keep(frames), to: socket.seat, heard: false)
    }

    // MARK: Sockets that hold back

    /// Carries out what a batch had to do that passed before its socket was there.
    func performHeld(_ batch: DeliveryBatch, on socket: Socket) {
        for case .perform(let selector, let act) in batch.operations where isMember(socket, of: selector) {
            act.perform(on: socket)
        }
    }

    /// Carries out, for one socket that held it back, what a batch had to tell it and where it moved it. What there was
    /// to do was done when the batch passed.
    func applyHeld(_ batch: DeliveryBatch, to socket: Socket) {
        var heard = false
        for operation in batch.operations {
            switch operation {
            case .socket, .answer, .perform:
                break  // went out, or was done, when it was made
            case .rooms(let names, let frames, let except):
                guard names.contains(where: { isMember(socket, of: $0) }), !isMember(socket, of: except) else {
                    continue
                }
                socket.write(frames)
            case .room(let name, let frames, let except):
                guard socket !== except, isMember(socket, of: name) else { continue }
                socket.write(frames)
                heard = true
            case .floors(let name, let frames, let floors):
                guard isMember(socket, of: name), floors.contains(socket.floor(in: name)) else { continue }
                socket.write(frames)
                heard = true
            case .join, .leave:
                move(socket, by: operation)
            }
        }
        if heard, let trailer = batch.trailer { socket.write(trailer) }
    }

    /// Moves a socket as a batch that it held back did, without what it told: that is read in another way.
    func moveHeld(_ batch: DeliveryBatch, _ socket: Socket) {
        guard batch.stamp > socket.admittedStamp else { return }
        for operation in batch.operations { move(socket, by: operation) }
    }

    private func move(_ socket: Socket, by operation: DeliveryBatch.Operation) {
        switch operation {
        case .join(let selector, let name): if isMember(socket, of: selector) { join(socket, name) }
        case .leave(let selector, let name): if isMember(socket, of: selector) { leave(socket, name) }
        case .socket, .answer, .room, .rooms, .floors, .perform: break
        }
    }

    /// More passes than can be kept: where the socket was moved is not lost, what it was told is read anew.
    private func overflow(_ held: HeldDeliveries) {
        stopHolding(held)
        held.socket?.heldTooMuch()
    }
}

extension RoomIndex: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) { tellWhoWaits() }
    func didCancelScheduledCallback(eventLoop: some EventLoop) { tellWhoWaits() }
}

@available(*, unavailable)
extension RoomIndex: Sendable {}
