import ChatCore
import ChatWire
import EngineIO
import JSON
import Logging
import NIOCore
import SocketIO
import Synchronization

/// Between Socket.IO and the chat rules: admits sockets, reads their events, tells them what was committed.
public final class ChatGateway: Sendable {
    public let configuration: GatewayConfiguration
    let store: any ChatStore
    let namespace: Namespace
    let events: ServerEvents
    let presence: Presence
    let typing: TypingBoard
    let chatSizes = ChatSizes()
    let receipts: ReceiptThrottle
    let directory: LiveSessionsDirectory
    let fileLinks: any FileLinks
    let logger: Logger
    /// `limits` of `session:ready`.
    let limitsObject: ByteBuffer
    /// Where timers live that belong to no connection.
    let housekeepingLoop: any EventLoop
    private let stopping = Atomic(false)
    private let io: SocketIOServer
    let verifier: any TokenVerifier
    private let tickets: any RecoveryTickets
    private let admissionBursts: [AdmissionBurst.OnLoop]
    /// One a loop; each touched on its own loop only.
    let loopSessions: [(eventLoop: any EventLoop, sessions: NIOLoopBoundBox<LoopSessions>)]
    /// Which loop the next request over HTTP is read on.
    let requestTurn = Atomic(0)

    /// - Parameter eventLoopGroup: that of `io`.
    public init(
        configuration: GatewayConfiguration, store: any ChatStore, verifier: any TokenVerifier,
        tickets: any RecoveryTickets, fileLinks: any FileLinks, io: SocketIOServer,
        eventLoopGroup: any EventLoopGroup, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.verifier = verifier
        self.tickets = tickets
        self.fileLinks = fileLinks
        self.io = io
        self.logger = logger
        limitsObject = Self.limitsObject(configuration)
        namespace = io.of("/")
        namespace.setActDecoder { (reader) throws(ClusterMessageError) in try SessionAct(&reader) }
        events = ServerEvents(encoder: namespace.encoder)
        housekeepingLoop = eventLoopGroup.next()
        directory = LiveSessionsDirectory(configuration: configuration)
        presence = Presence(
            configuration: configuration, store: store, events: events, namespace: namespace,
            eventLoop: housekeepingLoop)
        receipts = ReceiptThrottle(
            configuration: configuration, events: events, namespace: namespace, eventLoop: housekeepingLoop)
        typing = TypingBoard(
            configuration: configuration, events: events, namespace: namespace, eventLoop: housekeepingLoop)
        admissionBursts = AdmissionBurst.onEachLoop(of: eventLoopGroup)
        loopSessions = eventLoopGroup.makeIterator().map { loop in
            (loop, NIOLoopBoundBox.makeBoxSendingValue(LoopSessions(eventLoop: loop), eventLoop: loop))
        }
    }

    /// Opens the store's writer to commands and the namespace to clients.
    ///
    /// - Parameter listeners: who hears of every commit besides, before anybody is told of it.
    /// - Throws: what the store throws.
    public func start(beside listeners: [any CommitSink] = []) async throws {
        try store.start(sink: CommitSinks(pacing: CommitFanout(gateway: self), beside: listeners))
        try await countTheLastRunsUsersAsOnline()
        namespace.setGate(admission)
    }

    private func countTheLastRunsUsersAsOnline() async throws {
        let quietMembers = configuration.quietMembers
        let users = try await store.read { view in
            try view.usersOnlineAtLastEnd().map { id in
                (id, try view.presenceChats(of: id, quietMembers: quietMembers), try view.user(id)?.lastSeenAt)
            }
        }
        for (user, chats, lastSeenAt) in users {
            presence.wasOnline(user, chats: chats.map(Self.presenceRoom), lastSeenAt: lastSeenAt)
        }
    }

    var admission: AdmissionGate {
        AdmissionGate(
            store: store, verifier: verifier, tickets: tickets, directory: directory,
            configuration: configuration, events: events, logger: logger,
            bursts: admissionBursts
        ) { socket, admitted in
            ChatSession(gateway: self, socket: socket, admitted: admitted)
        }
    }

    /// The room of a user's own sockets. A blank is in no chat's id, so none can be mistaken for it.
    static func room(of user: UserID) -> String { " @" + user.rawValue }

    /// The room of everyone who is in a chat, whether their sockets listen to it or not: who hears of its members'
    /// coming and going.
    static func presenceRoom(of chat: ChatID) -> String { " ~" + chat.rawValue }

    // MARK: Sessions

    /// - Parameter token: by which it was let in. Keys that were revoked since it was verified ended those that were
    ///   listed by then; so it is looked at after the session is.
    func sessionStarted(_ session: ChatSession, by token: TokenHold) {
        loopSessions.first { $0.eventLoop === session.socket.eventLoop }?.sessions.value.add(session)
        presence.connected(
            session.user.id, chats: session.presenceChats, lastSeenAt: session.user.lastSeenAt)
        let arrival = directory.add(session)
        for session in arrival.surplus { session.endFromAnywhere(.replaced) }
        if arrival.isSuperseded { session.socket.closeTransport() }
        if !verifier.stillAccepts(token) { session.end(.tokenRevoked) }
    }

    func sessionEnded(_ session: ChatSession) {
        loopSessions.first { $0.eventLoop === session.socket.eventLoop }?.sessions.value.remove(session)
        directory.remove(session)
        presence.disconnected(session.user.id)
    }

    private static func limitsObject(_ configuration: GatewayConfiguration) -> ByteBuffer {
        .objectText { object in
            object.field("max_message_length", configuration.maxMessageLength)
            object.field("max_attachment", configuration.maxAttachment)
            object.field("max_payload", configuration.maxPayload)
            object.field("rate_limit_messages", configuration.messageRate)
            object.field("rate_limit_events", configuration.eventRate)
        }
    }

    // MARK: The end

    /// Tells every client that the server restarts, and takes no more events: one that still comes stays unanswered, so
    /// that a stock client with `retries` sends it again once it is back; a refusal would end its trying. What was
    /// taken before goes on to its answer. Returns when every session knows.
    public func stopTakingEvents() async {
        stopping.store(true, ordering: .releasing)
        presence.stop()
        let told = directory.all.map { session in
            session.socket.eventLoop.submit { session.stopTakingEvents() }
        }
        // An error means that the loop has ended, and its sessions with it.
        for session in told { try? await session.get() }
    }

    /// Whether ``stopTakingEvents()`` was called: sessions that begin now are told at once.
    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Closes the connections in the way that brings clients back. What was accepted is answered before, if the caller
    /// lets the store finish first.
    public func endSessions() {
        for session in directory.all { session.endFromAnywhere(.restart) }
    }
}
