public import ByteText
public import ChatCore
import ChatWire
import JSON
import Logging
public import NIOCore
import SocketIO
import Synchronization

extension ChatGateway {
    /// Does what an event does that came over HTTP, and answers its ack. CONTRACT section 3, "HTTP for every event".
    ///
    /// It is the event of a socket in all but its socket: the same types read and price it, the same rates are spent,
    /// the same commands are told to the same sockets. Events about a socket are `invalid`. Each request stands alone:
    /// a caller who wants an order waits for the answer.
    ///
    /// - Parameters:
    ///   - body: one JSON object, or nothing.
    ///   - user: whose token was shown, and holds.
    /// - Returns: the ack as JSON, and why it refuses, where it does.
    public func answer(_ event: ByteString, _ body: ByteBuffer, as user: User) async -> (
        ack: ByteBuffer, failure: ChatError?
    ) {
        do {
            return (try await request(for: user).answer(event, body).json, nil)
        } catch {
            let error = ChatError.describing(error)
            if error.code == .internal {
                logger.error("event failed", metadata: ["parley.event": "\(event.prefix(atMost: 64))"])
            }
            return (EventRequest.refusal(error), error)
        }
    }

    /// The loops take turns.
    private func request(for user: User) -> EventRequest {
        let turn = requestTurn.wrappingAdd(1, ordering: .relaxed).oldValue
        let loop = loopSessions[turn % loopSessions.count].eventLoop
        return EventRequest(gateway: self, user: user, eventLoop: loop)
    }
}

/// A request over HTTP that asks for an event.
final class EventRequest: EventCaller, Sendable {
    let gateway: ChatGateway
    let user: User
    let liveUser: LiveUser
    private let eventLoop: any EventLoop

    init(gateway: ChatGateway, user: User, eventLoop: any EventLoop) {
        self.gateway = gateway
        self.user = user
        self.eventLoop = eventLoop
        liveUser = gateway.directory.user(user.id)
    }

    func priceOfTelling(_ chat: ChatID) -> Int {
        let neighbours = gateway.namespace.neighbourCount(in: chat.rawValue, on: eventLoop)
        return Price.ofTelling(neighbours * gateway.namespace.loopCount)
    }

    func stopTyping(in chat: ChatID) { gateway.typing.stop(user.id, in: chat) }

    /// What an event was found to be: to be asked of the store.
    private enum Work: Sendable {
        case write(Command)
        case read(@Sendable (any ChatReadView) throws -> ReadAnswer)
    }

    /// - Throws: ``ChatError``: what a socket's ack would refuse with.
    func answer(_ name: ByteString, _ body: ByteBuffer) async throws -> Answer {
        guard !gateway.isStopping else { throw ChatError(.unavailable, "The server is stopping; ask again.") }
        if let wait = liveUser.takeEvent(Price.ofReceiving(body.readableBytes), now: Self.now()) {
            throw ChatError.tooFast("events", retryAfter: wait)
        }
        guard let number = ClientEvents.number(of: name) else { throw ClientEvents.unknown(name) }
        let event = ClientEvents.all[number]
        if let event = event as? any SessionEvent.Type { throw event.needsSocket }
        let received = ReceivedEvent(name: name, arguments: try Self.arguments(body), ackID: nil)
        switch try await work(of: event, received) {
        case .write(let command):
            let outcome = try await gateway.store.perform(command)
            return Answer { $0.fields(of: outcome, answering: number) }
        case .read(let body):
            let read = try await gateway.store.read(body)
            charge(read.owed + Price.ofAnswering(read.answer.json.readableBytes))
            return read.answer
        }
    }

    /// Reads the event and pays for it, on the loop.
    private func work(of event: any ClientEvent.Type, _ received: ReceivedEvent) async throws -> Work {
        try await eventLoop.submit {
            switch try event.step(of: received, for: self) {
            case .write(let command): return Work.write(command)
            case .read(let body): return Work.read(body)
            case .local, .later: throw ChatError(.invalid, "\(event.name) is about a socket, and there is none here.")
            }
        }.get()
    }

    private static func arguments(_ body: ByteBuffer) throws(ChatError) -> EventArguments {
        var limits = EventLimits()
        limits.maxValues = EventCap.values
        do throws(EventBodyFault) {
            return try EventArguments(body: body, limits: limits)
        } catch {
            switch error {
            case .noJSON: throw ChatError(.invalid, "The body is no JSON.")
            case .flaw(let flaw): throw ChatError(flaw)
            }
        }
    }

    /// `{"ok":false,"error":{…}}`.
    static func refusal(_ error: ChatError) -> ByteBuffer {
        .objectText { object in
            object.field("ok", false)
            object.object("error") { $0.fields(of: error) }
        }
    }
}
