import ChatCore
import NIOCore
import NIOHTTP1
import SocketIO
import SocketServer

@testable import ChatGateway
@testable import EngineIO
@testable import SocketIO

/// A client of a ``GatewayBench``: an Engine.IO session on polling without a connection. What the server sends stays in
/// it until ``take()``, as with a client that does not poll.
final class TestClient {
    private let session: EngineSession
    private let bench: GatewayBench

    /// Enters as nobody yet: see ``connect(_:pid:offset:)``.
    init(_ bench: GatewayBench, at node: GatewayBench.Node? = nil) {
        self.bench = bench
        let node = node ?? bench.node
        let handshake = EngineHandshake(
            path: "/socket.io/", rawQuery: "", headers: [:], remoteAddress: "127.0.0.1", isSecure: false,
            transport: .polling)
        session = EngineSession(
            handshake: handshake, transport: .polling,
            loop: node.engineLoop, directory: node.io.engine.directory)
        session.handler = Client(
            server: node.io, session: session,
            connectDeadlines: DeadlineQueue(delay: .seconds(15), eventLoop: node.engineLoop.eventLoop))
    }

    var isOpen: Bool { session.isOpen }

    /// One packet of Socket.IO, as text.
    func send(_ packets: String...) {
        for packet in packets { session.handler?.session(session, didReceiveText: ByteBuffer(string: packet)) }
        session.handler?.sessionDidReceiveBurst(session)
        bench.turn()
    }

    /// An event with its one object; `ack`: an answer is wanted.
    func emit(_ event: String, _ object: String = "{}", ack: Int? = nil) {
        send("2\(ack.map(String.init) ?? "")[\"\(event)\",\(object)]")
    }

    /// CONNECT; ``packets`` has the answer.
    func connect(_ token: String, pid: String? = nil, offset: Offset? = nil) {
        var auth: [String] = ["\"token\":\"\(token)\""]
        if let pid { auth.append("\"pid\":\"\(pid)\"") }
        if let offset { auth.append("\"offset\":\"\(offset.text)\"") }
        send("0{" + auth.joined(separator: ",") + "}")
    }

    /// What was sent since the last time: the packets of Socket.IO, as texts. The server hears that it is taken.
    func take() -> [String] {
        bench.turn()
        var packets: [String] = []
        while let polling = session.polling, !polling.isEmpty {
            let owesDrain = polling.uncounted > 0
            let body = String(buffer: polling.takeBody(maxBytes: .max))
            packets += body.split(separator: "\u{1e}").compactMap { $0.first == "4" ? String($0.dropFirst()) : nil }
            // As with a real transport: only for what was not counted.
            if owesDrain, polling.uncounted == 0 {
                session.handler?.sessionDidDrain(session)
                bench.turn()
            }
        }
        return packets
    }

    /// The names of the events among ``take()``; acks as `#1`, offsets as `offset 5`, the rest as it is.
    func takeNames() -> [String] { take().map(Self.name) }

    /// What waits to be taken, in bytes.
    var unsentBytes: Int { session.unsentBytes }

    func leave() { session.close(.transportClose) }

    static func name(_ packet: String) -> String {
        if packet.hasPrefix("3") { return "#" + packet.dropFirst().prefix { $0.isNumber } }
        let data = ByteBuffer(string: String(packet.dropFirst()))
        guard packet.hasPrefix("2["), let value = try? JSONValue(parsing: data),
            let name = value.array?.first?.string?.string
        else { return packet }
        let text = value.array?.last?.string?.string
        guard name == "offset", let offset = text.flatMap({ Offset($0) }) else { return name }
        return "offset \(offset.revision.value)"
    }
}
