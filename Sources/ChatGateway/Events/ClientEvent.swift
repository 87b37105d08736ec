import ByteText
import ChatCore
import ChatWire
import JSON
import NIOCore
import SocketIO

/// One event that a client may send: how its object is read, and what it does. One type, and one file, an event.
protocol ClientEvent: Sendable {
    static var name: String { get }

    /// What it carries and answers, for those who write clients; the tests hold it against what ``init(_:)`` reads.
    static var signature: ClientEventSignature { get }

    /// - Throws: `invalid`, naming the field.
    init(_ fields: Fields) throws(ChatError)

    /// What it costs beyond the unit that every event costs, and beyond its bytes and those of its answer, in units of
    /// `--rate-limit-events`; on the caller's loop. See ``Price``.
    func price(for caller: any EventCaller) -> Int

    /// What is to be done; on the caller's loop.
    func step(for caller: any EventCaller) throws(ChatError) -> EventStep
}

/// An event about its socket: over HTTP, where there is none, it is `invalid`.
protocol SessionEvent: ClientEvent {
    /// What is to be done; on the session's loop.
    func step(in session: ChatSession) throws(ChatError) -> EventStep
}

extension SessionEvent {
    func step(for caller: any EventCaller) throws(ChatError) -> EventStep {
        guard let session = caller as? ChatSession else { throw Self.needsSocket }
        return try step(in: session)
    }

    static var needsSocket: ChatError { ChatError(.invalid, "\(name) is about a socket, and there is none here.") }
}

extension ClientEvent {
    func price(for caller: any EventCaller) -> Int { 0 }

    /// Reads what came after the event's name.
    ///
    /// - Throws: `invalid`, naming the field.
    static func read(_ arguments: EventArguments) throws(ChatError) -> Self {
        let fields = try Fields(arguments)
        if signature.isClosed { try fields.refuseOthers(than: signature.takes) }
        return try Self(fields)
    }

    /// Reads an event that came, and says what is to be done; on the caller's loop.
    ///
    /// - Throws: `invalid`, naming the field; `rate_limited` where it cannot be paid.
    static func step(of received: ReceivedEvent, for caller: any EventCaller) throws(ChatError) -> EventStep {
        let event = try read(received.arguments)
        if !received.isPaid { try caller.spend(event.price(for: caller)) }
        return try event.step(for: caller)
    }
}

/// What an event may bring, by whichever way it comes.
enum EventCap {
    /// JSON values.
    static let values = 10_000
}

/// How an event is carried out. The events of a socket take effect in the order sent: writes follow one another into
/// the writer's mailbox without waiting; everything else waits for the writes before it, and holds up what comes after.
enum EventStep {
    /// Answered with the commit, by the event's outcome.
    case write(Command)
    /// Read on a reader's thread; its answer is the members of the ack after `ok`.
    case read(@Sendable (any ChatReadView) throws -> ReadAnswer)
    /// Done on the session's loop, at once.
    case local((ChatSession) -> Answer)
    /// Begun on the session's loop; the session answers the event at work by itself, later.
    case later((ChatSession) -> Void)
}

/// The members of an ack after `"ok":true`.
struct Answer: Sendable {
    /// A JSON object, closed, that begins with `"ok":true`.
    let json: ByteBuffer

    static let ok = Answer { _ in }

    init(_ write: (inout JSONWriter) -> Void) {
        json = .objectText { object in
            object.field("ok", true)
            write(&object)
        }
    }
}

/// What a read answers, and what is then to be done on a session's loop, before the answer goes out.
struct ReadAnswer: Sendable {
    let answer: Answer
    /// What it cost beyond its price and the size of its answer, in units; see ``Price``.
    let owed: Int
    /// Seen or not seen is decided by what the snapshot held: `nil` for nothing to do.
    let then: (@Sendable (ChatSession) -> Void)?
    /// Whether `then` depends on a membership, which may have ended since the snapshot: then the event is read again.
    let dependsOnMembership: Bool

    init(
        _ answer: Answer, owed: Int = 0, dependsOnMembership: Bool = false,
        then: (@Sendable (ChatSession) -> Void)? = nil
    ) {
        self.answer = answer
        self.owed = owed
        self.then = then
        self.dependsOnMembership = dependsOnMembership
    }
}

/// All events, by name; the number of an event is its place here.
enum ClientEvents {
    static let all: [any ClientEvent.Type] = [
        MessageSend.self, MessageRead.self, MessageDelivered.self, MessageEdit.self, MessageDelete.self,
        MessageReact.self, MessageHistory.self, MessageSearch.self,
        ChatJoin.self, ChatLeave.self, ChatListEvent.self, ChatMembers.self, ChatCreate.self, ChatUpdate.self,
        ChatAdd.self, ChatRemove.self,
        TypingStart.self, TypingStop.self,
        PresenceGet.self, UserGet.self, FileURL.self,
        Sync.self, AuthRefresh.self,
    ]

    private static let names = all.map { ByteString($0.name) }

    /// The number of the event of that name. So few are looked through sooner than one is hashed, and what is sent most
    /// stands in front.
    static func number(of name: ByteString) -> Int? { names.firstIndex { $0 == name } }

    static func unknown(_ name: ByteString) -> ChatError {
        ChatError(.invalid, "There is no event \(name.prefix(atMost: 64)).")
    }
}

extension ChatReadView {
    /// The member that `user` is of `chat`.
    ///
    /// - Throws: `forbidden`, whether the chat exists or not.
    func membership(of user: UserID, in chat: ChatID) throws -> Member {
        guard let member = try member(user, of: chat) else {
            throw ChatError(.forbidden, "You are not a member of this chat.")
        }
        return member
    }
}
