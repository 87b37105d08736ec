import ChatCore
import EngineIO
import Logging
import NIOCore
import NIOEmbedded
import SocketIO

@testable import ChatGateway
@testable import EngineIO

/// A gateway on a loop that the test turns by hand, over a store that answers what the test says.
final class GatewayBench {
    let eventLoop = EmbeddedEventLoop()
    let store = ScriptedStore()
    let tokens = ScriptedTokens()
    let io: SocketIOServer
    let gateway: ChatGateway
    let engineLoop: EngineLoop

    init(_ configure: (inout GatewayConfiguration) -> Void = { _ in }) throws {
        var configuration = GatewayConfiguration()
        configure(&configuration)
        io = SocketIOServer(eventLoopGroup: eventLoop)
        engineLoop = io.engine.directory.loop(eventLoop, configuration: io.engine.configuration)
        gateway = ChatGateway(
            configuration: configuration, store: store, verifier: tokens, tickets: tokens, fileLinks: tokens, io: io,
            eventLoopGroup: eventLoop, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try store.start(sink: CommitFanout(gateway: gateway))
        io.of("/").setGate(gateway.admission)
    }

    /// Lets the loop do what waits.
    func turn() { eventLoop.run() }

    /// A client that is in; `nil` of what it was told.
    func client(_ token: String) -> TestClient {
        let client = TestClient(self)
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
