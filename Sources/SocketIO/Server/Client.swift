import ByteText
import EngineIO
import JSON
import NIOCore
import SocketServer

/// One Engine.IO session and the namespaces its client is in. Bound to the session's loop.
///
/// As long as the client is in no namespace it is a stranger: it gives way where room is wanted, may send nothing but a
/// CONNECT a namespace, each of ``SocketIOConfiguration/maxConnectPacket`` at most, and has to get in somewhere within
/// ``SocketIOConfiguration/connectTimeout``. One that leaves its last namespace is a stranger again.
final class Client: EngineSessionHandler {
    private let server: SocketIOServer
    let session: EngineSession
    private var decoder: PacketDecoder
    /// In the order entered; nearly always one.
    private var sockets: [Socket] = []
    /// Namespaces whose gate has not decided yet.
    private var entering: [Attempt] = []
    /// Namespaces it was in before, each once; the last of them.
    private var left: [ByteString] = []
    /// When a stranger's time is up; the queue is the loop's.
    private let connectDeadlines: DeadlineQueue
    private var connectDeadline: Deadline?
    /// CONNECTs that were refused.
    private var refusals = 0
    /// Bytes that the event at work takes up.
    private(set) var eventSize = 0

    /// A client that is refused so often does not mean it.
    private static let maxRefusals = 16
    /// Bytes of a namespace's name that is worth an answer.
    private static let maxNameLength = 128
    /// A token to verify, a user to look up.
    private static let costOfConnect = InputCost(nanoseconds: 100_000)
    /// Nobody's auth payload has more.
    private static let maxAuthValues = 10_000
    /// Namespaces that it is remembered to have left.
    private static let maxLeft = 64

    /// One CONNECT that waits for its decision; dropped when the client goes.
    private final class Attempt {
        let namespace: Namespace
        let rooms: RoomIndex
        let auth: JSONValue
        let data: SocketData
        let held: HeldDeliveries?
        /// What the client comes back to.
        var session: RecoverableSession?
        /// The auth payload, as long as it waits. Let go of on the loop: who decides carries the attempt elsewhere.
        var lease: AccountedLease?

        init(_ namespace: Namespace, _ rooms: RoomIndex, auth: JSONValue, hasGate: Bool, lease: AccountedLease) {
            self.namespace = namespace
            self.rooms = rooms
            self.auth = auth
            self.lease = lease
            session = namespace.recovery?.session(askedForBy: auth)
            data = session?.data ?? SocketData()
            held = hasGate ? HeldDeliveries() : nil
            if let held { rooms.hold(held) }
        }

        /// It came to nothing.
        func drop() {
            lease = nil
            if let held { rooms.stopHolding(held) }
            if let session { namespace.recovery?.giveBack(session) }
            session = nil
        }
    }

    init(server: SocketIOServer, session: EngineSession, connectDeadlines: DeadlineQueue) {
        self.server = server
        self.session = session
        self.connectDeadlines = connectDeadlines
        decoder = PacketDecoder(account: session.account)
        beStranger()
    }

    /// It is in no namespace: it may have to give way to others, and its time runs.
    private func beStranger() {
        session.distrust()
        let deadline = connectDeadline ?? Deadline()
        connectDeadline = deadline
        if !deadline.isArmed { connectDeadlines.arm(deadline, owner: self) }
    }

    private func stopBeingStranger() {
        connectDeadline?.disarm()
        connectDeadline = nil
    }

    // MARK: From the session

    func session(_ session: EngineSession, didReceiveText text: ByteBuffer) {
        decode { decoder throws(PacketDecoder.Failure) in
            try decoder.receive(text: text) { self.judge($0) }
        }
    }

    func session(_ session: EngineSession, didReceiveBinary bytes: ByteBuffer) {
        decode { decoder throws(PacketDecoder.Failure) in try decoder.receive(binary: bytes) }
    }

    func sessionDidReceiveBurst(_ session: EngineSession) {
        for socket in sockets { socket.receivedBurst() }
    }

    func sessionDidDrain(_ session: EngineSession) {
        for socket in sockets { socket.drained() }
    }

    func sessionHasRoom(_ session: EngineSession) {
        for socket in sockets { socket.hasRoom() }
    }

    func sessionDidChangeOutlet(_ session: EngineSession) {
        for socket in sockets { socket.outletChanged() }
    }

    func lastWords(of session: EngineSession, for reason: EngineCloseReason) -> EngineFrames? {
        var words = EngineFrames()
        for socket in sockets {
            if let last = socket.lastWords(for: DisconnectReason(reason)) { words.append(last) }
        }
        return words.isEmpty ? nil : words
    }

    func session(_ session: EngineSession, didCloseWith reason: EngineCloseReason) {
        stopBeingStranger()
        for attempt in entering {
            attempt.drop()
            server.release(attempt.namespace)
        }
        entering = []
        decoder = PacketDecoder()
        let left = sockets
        sockets = []
        for socket in left {
            socket.namespace.countChanged(by: -1)
            socket.didDisconnect(DisconnectReason(reason))
            server.release(socket.namespace)
        }
    }

    private func decode(
        _ receive: (inout PacketDecoder) throws(PacketDecoder.Failure) -> Packet?
    ) {
        // Judging a packet may end the session, which lets go of the decoder: it is not held open meanwhile.
        var working = decoder
        do throws(PacketDecoder.Failure) {
            let received = try receive(&working)
            guard session.isOpen else { return }
            decoder = working
            guard let packet = received else { return }
            session.spend(.values(packet.values) + .skipped(packet.skipped))
            handle(packet)
        } catch {
            session.close(.parseError)
        }
    }

    // MARK: Packets

    private func socket(in namespace: ByteString) -> Socket? { sockets.first { $0.namespace.key == namespace } }

    /// What is to become of a packet, before anything of its payload is looked at.
    private func judge(_ head: PacketHead) -> PacketDecoder.Verdict {
        switch head.kind {
        case .connect:
            return judgeConnect(head)
        case .event, .ack, .disconnect:
            // Only a namespace that was entered can be spoken to. One that was just left may still be (the packets
            // crossed on the way), which is no fault.
            guard let socket = socket(in: head.namespace) else {
                return left.contains(head.namespace) ? .skip : .refuse
            }
            return .decode(socket.eventLimits)
        case .connectError:
            return .refuse
        }
    }

    private func judgeConnect(_ head: PacketHead) -> PacketDecoder.Verdict {
        let isEntered = socket(in: head.namespace) != nil
        guard !isEntered, !entering.contains(where: { $0.namespace.key == head.namespace }),
            sockets.isEmpty == false || head.payloadSize <= server.configuration.maxConnectPacket,
            head.namespace.count <= Self.maxNameLength
        else { return .refuse }
        guard server.mayHaveNamespace(named: head.namespace) else { return refuseUnknown(head.namespace) }
        guard sockets.count + entering.count < server.configuration.maxNamespacesPerClient else {
            refuse(PacketEncoder(namespace: head.namespace), ConnectError("Too many namespaces"))
            return .skip
        }
        session.spend(Self.costOfConnect)
        var limits = EventLimits()
        limits.maxValues = Self.maxAuthValues
        return .decode(limits)
    }

    @discardableResult
    private func refuseUnknown(_ namespace: ByteString) -> PacketDecoder.Verdict {
        refuse(PacketEncoder(namespace: namespace), ConnectError("Invalid namespace"))
        return .skip
    }

    private func handle(_ packet: Packet) {
        if case .connect(let auth) = packet.kind {
            return enter(packet.namespace, auth: auth ?? .object(JSONObject()), size: packet.size)
        }
        guard let socket = socket(in: packet.namespace) else { return }
        eventSize = packet.size
        socket.receive(packet)
    }

    private func refuse(_ encoder: PacketEncoder, _ error: ConnectError) {
        session.send(encoder.connectError(error))
        session.flush()
        refusals += 1
        if refusals >= Self.maxRefusals { return session.close(.forcedClose) }
        if sockets.isEmpty { beStranger() }
    }

    private func enter(_ name: ByteString, auth: JSONValue, size: Int) {
        guard let namespace = server.namespace(named: name, for: auth) else {
            refuseUnknown(name)
            return
        }
        guard let rooms = namespace.rooms(on: session.eventLoop) else {
            preconditionFailure("a namespace has a place for the sockets of every loop that has clients")
        }
        let listeners = namespace.listeners
        let attempt = Attempt(
            namespace, rooms, auth: auth, hasGate: listeners.gate != nil, lease: AccountedLease(size, session.account))
        entering.append(attempt)
        let isAsked = attempt.session == nil || namespace.recovery?.settings.skipsMiddleware == false
        let hasMiddleware = !listeners.middleware.isEmpty && isAsked
        if !hasMiddleware, listeners.gate == nil { return decided(.accept(.init()), attempt: attempt) }

        let request = ConnectRequest(
            namespace: namespace.name, auth: auth, handshake: session.handshake, eventLoop: session.eventLoop,
            data: attempt.data)
        let bound = NIOLoopBound((client: self, attempt: attempt), eventLoop: session.eventLoop)
        let eventLoop = session.eventLoop
        let decide: @Sendable (ConnectDecision) -> Void = { decision in
            eventLoop.execute { bound.value.client.decided(decision, attempt: bound.value.attempt) }
        }
        guard hasMiddleware else {
            listeners.gate?.admit(request, decide: decide)
            return
        }
        Task {
            if let refusal = await namespace.refusal(of: request) { return decide(.refuse(refusal)) }
            guard let gate = listeners.gate else { return decide(.accept(.init())) }
            eventLoop.execute { gate.admit(request, decide: decide) }
        }
    }

    private func decided(_ decision: ConnectDecision, attempt: Attempt) {
        attempt.lease = nil
        // One whose session has ended meanwhile was dropped with it.
        guard let index = entering.firstIndex(where: { $0 === attempt }), session.isOpen else { return }
        if entering.count == 1 { entering = [] } else { entering.remove(at: index) }
        switch decision {
        case .refuse(let error):
            drop(attempt)
            refuse(attempt.namespace.encoder, error)
        case .close:
            drop(attempt)
            session.close(.forcedClose)
        case .accept where attempt.held?.isLost == true:
            // More passed than could be kept for it: it comes back by itself, and is let in as of then.
            drop(attempt)
            session.close(.forcedClose)
        case .accept(let acceptance):
            accept(acceptance, attempt)
        }
    }

    private func drop(_ attempt: Attempt) {
        attempt.drop()
        server.release(attempt.namespace)
    }

    private func accept(_ acceptance: ConnectDecision.Acceptance, _ attempt: Attempt) {
        let namespace = attempt.namespace
        stopBeingStranger()
        session.trust()
        if let names = acceptance.keptHeaders { session.reduceHandshake(toHeaders: names) }
        let recovered = recoveredState(of: attempt)
        let recovery = namespace.recovery.map { _ in
            SocketRecovery(
                privateID: recovered?.session.privateID.string ?? RandomID.make(), isRecovered: recovered != nil,
                through: recovered?.through ?? .min)
        }
        let socket = Socket(
            id: recovered?.session.id ?? acceptance.id ?? RandomID.make(), namespace: namespace, client: self,
            rooms: attempt.rooms, auth: acceptance.keepsAuth ? attempt.auth : .null, limits: acceptance.eventLimits,
            held: attempt.held, admittedStamp: acceptance.stamp, data: attempt.data.isEmpty ? nil : attempt.data,
            recovery: recovery)
        socket.places.reserveCapacity(acceptance.rooms.count + 1)
        attempt.rooms.join(socket, ByteString(socket.id))
        for room in acceptance.rooms { attempt.rooms.join(socket, ByteString(room)) }
        for room in recovered?.session.rooms ?? [] { attempt.rooms.join(socket, room) }
        sockets.append(socket)
        namespace.countChanged(by: 1)
        socket.handler = acceptance.makeHandler?(socket)
        session.send(namespace.encoder.connected(sid: socket.id, pid: recovery?.privateID ?? acceptance.pid))
        for event in recovered?.missed ?? [] {
            let offset = NamespaceRecovery.offset(event.number)
            session.send(namespace.encoder.event(event.name, event.arguments + [offset]), counted: false)
        }
        socket.didConnect(held: attempt.held)
        if attempt.held != nil, !acceptance.holdsDeliveries { _ = socket.release(after: acceptance.stamp) }
        session.flush()
    }

    private func recoveredState(of attempt: Attempt) -> RecoveredState? {
        guard let session = attempt.session else { return nil }
        attempt.session = nil
        return attempt.namespace.recovery?.state(
            of: session, askedForBy: attempt.auth, maxBytes: server.configuration.engine.connectionMemory)
    }

    /// Ends a socket; its connection stays for the client's other namespaces, or for a while.
    func leave(_ socket: Socket, reason: DisconnectReason) {
        guard let index = sockets.firstIndex(where: { $0 === socket }) else { return }
        sockets.remove(at: index)
        if !left.contains(socket.namespace.key) { left.append(socket.namespace.key) }
        if left.count > Self.maxLeft { left.removeFirst() }
        socket.namespace.countChanged(by: -1)
        socket.didDisconnect(reason)
        server.release(socket.namespace)
        if sockets.isEmpty, session.isOpen { beStranger() }
    }
}

extension Client: DeadlineOwner {
    /// A stranger's time is up. While somebody decides about it, that is waited for: a refusal begins anew.
    func deadlineReached(_ deadline: Deadline) {
        if sockets.isEmpty, entering.isEmpty { session.close(.forcedClose) }
    }
}

/// A lease that an object can keep.
final class AccountedLease {
    private let lease: ByteLease

    init(_ size: Int, _ account: ByteAccount) { lease = account.lease(size) }
}

@available(*, unavailable)
extension Client: Sendable {}

@available(*, unavailable)
extension AccountedLease: Sendable {}
