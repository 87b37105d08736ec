import ByteText
import EngineIO
import NIOCore

/// One Engine.IO session and the namespaces its client is in. Bound to the session's loop.
final class Client: EngineSessionHandler {
    private let server: SocketIOServer
    let session: EngineSession
    private var decoder = PacketDecoder()
    /// In the order entered; nearly always one.
    private var sockets: [Socket] = []
    /// Namespaces whose gate has not decided yet.
    private var entering: [Attempt] = []
    /// Namespaces it was in before.
    private var left: [ByteString] = []

    /// One CONNECT that waits for its decision; dropped when the client goes.
    private final class Attempt {
        let namespace: Namespace
        let rooms: RoomIndex
        let auth: JSONValue
        let held: HeldDeliveries?

        init(namespace: Namespace, rooms: RoomIndex, auth: JSONValue, held: HeldDeliveries?) {
            self.namespace = namespace
            self.rooms = rooms
            self.auth = auth
            self.held = held
        }
    }

    init(server: SocketIOServer, session: EngineSession) {
        self.server = server
        self.session = session
    }

    // MARK: From the session

    func session(_ session: EngineSession, didReceiveText text: ByteBuffer) {
        decode { decoder throws(PacketDecoder.Failure) in try decoder.receive(text: text) }
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

    func sessionDidChangeOutlet(_ session: EngineSession) {
        for socket in sockets { socket.outletChanged() }
    }

    func session(_ session: EngineSession, didCloseWith reason: EngineCloseReason) {
        entering = []
        let left = sockets
        sockets = []
        for socket in left {
            socket.namespace.countChanged(by: -1)
            socket.didDisconnect(DisconnectReason(reason))
        }
    }

    private func decode(
        _ receive: (inout PacketDecoder) throws(PacketDecoder.Failure) -> Packet?
    ) {
        do throws(PacketDecoder.Failure) {
            if let packet = try receive(&decoder) { handle(packet) }
        } catch {
            session.close(.parseError)
        }
    }

    // MARK: Packets

    private func handle(_ packet: Packet) {
        let socket = sockets.first { $0.namespace.key == packet.namespace }
        switch packet.kind {
        case .connect(let auth):
            guard socket == nil, !entering.contains(where: { $0.namespace.key == packet.namespace }) else {
                return session.close(.parseError)
            }
            enter(packet.namespace, auth: auth ?? .object(JSONObject()))
        case .connectError:
            session.close(.parseError)
        case .event, .ack, .disconnect:
            // Only a namespace that was entered can be spoken to. One that was just left may still be (the packets
            // crossed on the way), which is no fault.
            if let socket {
                socket.receive(packet)
            } else if !left.contains(packet.namespace) {
                session.close(.parseError)
            }
        }
    }

    private func enter(_ name: ByteString, auth: JSONValue) {
        guard let namespace = server.namespace(named: name), let rooms = namespace.rooms(on: session.eventLoop) else {
            session.send(PacketEncoder(namespace: name).connectError(ConnectError("Invalid namespace")))
            return session.flush()
        }
        let request = ConnectRequest(
            namespace: namespace.name, auth: auth, handshake: session.handshake, eventLoop: session.eventLoop)
        let gate = namespace.gate
        let held = gate.map { _ in HeldDeliveries() }
        if let held { rooms.hold(held) }
        let attempt = Attempt(namespace: namespace, rooms: rooms, auth: auth, held: held)
        entering.append(attempt)
        let plain = ConnectDecision.Acceptance { _ in ClosureHandler() }
        if gate == nil, namespace.middleware.isEmpty { return decided(.accept(plain), attempt: attempt) }

        let bound = NIOLoopBound((client: self, attempt: attempt), eventLoop: session.eventLoop)
        let eventLoop = session.eventLoop
        let decide: @Sendable (ConnectDecision) -> Void = { decision in
            eventLoop.execute { bound.value.client.decided(decision, attempt: bound.value.attempt) }
        }
        if let gate {
            gate.admit(request, decide: decide)
        } else {
            Task { decide(await namespace.askMiddleware(about: request, otherwise: plain)) }
        }
    }

    private func decided(_ decision: ConnectDecision, attempt: Attempt) {
        let namespace = attempt.namespace
        guard let index = entering.firstIndex(where: { $0 === attempt }), session.isOpen else {
            if let held = attempt.held { attempt.rooms.stopHolding(held) }
            return
        }
        if entering.count == 1 { entering = [] } else { entering.remove(at: index) }
        switch decision {
        case .refuse(let error):
            if let held = attempt.held { attempt.rooms.stopHolding(held) }
            session.send(namespace.encoder.connectError(error))
            session.flush()
        case .close:
            if let held = attempt.held { attempt.rooms.stopHolding(held) }
            session.close(.forcedClose)
        case .accept(let acceptance):
            session.trust()
            if let names = acceptance.keptHeaders { session.reduceHandshake(toHeaders: names) }
            let socket = Socket(
                id: acceptance.id ?? SocketID.fresh(), namespace: namespace, client: self, rooms: attempt.rooms,
                auth: acceptance.keepsAuth ? attempt.auth : .null, held: attempt.held)
            socket.places.reserveCapacity(acceptance.rooms.count + 1)
            attempt.rooms.join(socket, ByteString(socket.id))
            for room in acceptance.rooms { attempt.rooms.join(socket, ByteString(room)) }
            sockets.append(socket)
            namespace.countChanged(by: 1)
            socket.handler = acceptance.makeHandler(socket)
            session.send(namespace.encoder.connected(sid: socket.id, pid: acceptance.pid))
            socket.didConnect()
            session.flush()
        }
    }

    /// Ends a socket; its connection stays for the client's other namespaces.
    func leave(_ socket: Socket, reason: DisconnectReason) {
        guard let index = sockets.firstIndex(where: { $0 === socket }) else { return }
        sockets.remove(at: index)
        left.append(socket.namespace.key)
        socket.namespace.countChanged(by: -1)
        socket.didDisconnect(reason)
    }

    /// Whether the client is in a namespace or on its way into one.
    var isIdle: Bool { sockets.isEmpty && entering.isEmpty && left.isEmpty }
}

@available(*, unavailable)
extension Client: Sendable {}
