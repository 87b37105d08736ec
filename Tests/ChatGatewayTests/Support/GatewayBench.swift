import ChatCore
import EngineIO
import Logging
import NIOCore
import NIOEmbedded
import SocketIO
import SocketTestKit

@testable import ChatGateway
@testable import EngineIO

/// A gateway on a loop that the test turns by hand, over a store that answers what the test says.
final class GatewayBench {
    /// What one process has of a gateway.
    struct Node {
        let io: SocketIOServer
        let gateway: ChatGateway
        let engineLoop: EngineLoop
    }

    let eventLoop = EmbeddedEventLoop()
    let store = ScriptedStore()
    let tokens = ScriptedTokens()
    /// The one that hears of commits.
    let node: Node
    var io: SocketIOServer { node.io }
    var gateway: ChatGateway { node.gateway }

    init(_ configure: (inout GatewayConfiguration) -> Void = { _ in }) throws {
        var configuration = GatewayConfiguration()
        configure(&configuration)
        node = Self.node(configuration, store, tokens, eventLoop)
        try store.start(sink: CommitFanout(gateway: node.gateway))
    }

    private static func node(
        _ configuration: GatewayConfiguration, _ store: ScriptedStore, _ tokens: ScriptedTokens,
        _ eventLoop: EmbeddedEventLoop
    ) -> Node {
        let io = SocketIOServer(eventLoopGroup: eventLoop)
        let engineLoop = io.engine.directory.loop(eventLoop, configuration: io.engine.configuration)
        let gateway = ChatGateway(
            configuration: configuration, store: store, verifier: tokens, tickets: tokens, fileLinks: tokens, io: io,
            eventLoopGroup: eventLoop, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        io.of("/").setGate(gateway.admission)
        return Node(io: io, gateway: gateway, engineLoop: engineLoop)
    }

    /// A second process on the same store, which hears of commits and of all else by an adapter that carries bytes.
    func join(_ configure: (inout GatewayConfiguration) -> Void = { _ in }) -> Node {
        var configuration = GatewayConfiguration()
        configure(&configuration)
        let other = Self.node(configuration, store, tokens, eventLoop)
        let bus = ClusterBus()
        bus.join(io.of("/"))
        bus.join(other.io.of("/"))
        return other
    }

    /// Lets the loop do what waits.
    func turn() { eventLoop.run() }

    /// A client that is in; `nil` of what it was told.
    ///
    /// - Parameter node: where it connects, unless to the one that hears of commits.
    func client(_ token: String, at node: Node? = nil) -> TestClient {
        let client = TestClient(self, at: node)
        client.connect(token)
        _ = client.take()
        return client
    }

    /// Lets every user in, as a member of these chats.
    func admit(chats: [String], floors: [String: Int64] = [:], revision: Int64 = 1) {
        store.edit { script in
            script.revision = revision
            script.admission = { user, _ in
                var session = ScriptedStore.session(of: user, chats: chats, revision: revision)
                for (chat, floor) in floors { session.floors[ChatID(chat)] = floor }
                return .admitted(session)
            }
        }
    }

    static func card(_ user: String) -> UserCard {
        UserCard(id: UserID(user), username: user, displayName: nil, avatarURL: nil)
    }

    static func chat(_ id: String) -> Chat {
        Chat(
            id: ChatID(id), name: nil, kind: .group, createdAt: Timestamp(milliseconds: 0), memberCount: 2, lastSeq: 0)
    }

    static func message(_ seq: Int64, in chat: String, size: Int = 1) -> Message {
        Message(
            id: MessageID("m\(seq)"), chatID: ChatID(chat), seq: seq,
            sender: UserCard(id: UserID("x"), username: "x", displayName: nil, avatarURL: nil),
            content: String(repeating: "x", count: size), kind: .text, createdAt: Timestamp(milliseconds: 0),
            clientID: nil)
    }
}
