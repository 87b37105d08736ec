import ChatCore
import ChatWire
import EngineIO
import JSON
import NIOCore
import SocketIO
import Synchronization

/// Turns each commit into one batch of frames: every change encoded once and framed once, every ack beside it. Runs on
/// the writer's thread, while the next batch gathers.
final class CommitFanout: CommitSink {
    private let gateway: ChatGateway
    private let events: ServerEvents
    private let namespace: Namespace
    private let receipts: ReceiptThrottle
    private let epoch: UInt64
    /// Whether members do not see what is older than they are.
    private let newcomersSeeLess: Bool
    /// The revision of the commit before; touched on the writer's thread only.
    private let previous: Mutex<Revision>
    private let pace = FanoutPace()

    init(gateway: ChatGateway) {
        self.gateway = gateway
        events = gateway.events
        namespace = gateway.namespace
        epoch = gateway.store.epoch
        receipts = gateway.receipts
        newcomersSeeLess = gateway.configuration.historyVisibility == .joined
        previous = Mutex(gateway.store.revision)
    }

    func didCommit(_ batch: CommittedBatch) {
        // Where nothing changed (refused commands, on whichever thread) there is no news to end with; and a refusal
        // that overtakes a commit on its way must not bring an offset that covers it.
        let isNews = batch.entries.contains { !$0.changes.isEmpty }
        let before = previous.withLock { previous in
            defer { if isNews { previous = batch.revision } }
            return previous
        }
        var builder = DeliveryBatch.Builder()
        for entry in batch.entries {
            var message = EncodedMessage()
            for change in entry.changes { tell(change, after: before, message: &message, in: &builder) }
            guard case .asker(let asker, let tag) = entry.reply, let session = asker as? ChatSession else { continue }
            // What a stop kept from being done is asked again by the client: see `ChatGateway.stopTakingEvents`.
            if case .failure(let error) = entry.result, error.code == .unavailable, gateway.isStopping { continue }
            builder.answer(answer(entry.result, tag: AckTag(rawValue: tag), message: &message), to: session.socket)
        }
        guard !builder.isEmpty else { return }
        pace.tells(namespace.loopCount)
        let trailer = isNews ? offset(after: batch) : nil
        namespace.deliver(builder.finish(stamp: batch.revision.value, trailer: trailer)) { [pace] in pace.told() }
    }

    func waitUntilTold() { pace.wait() }

    private func offset(after batch: CommittedBatch) -> EngineFrames {
        events.offset(
            Offset(epoch: epoch, revision: batch.revision, receipts: receipts.toldUpTo(orElse: batch.revision)))
    }

    // MARK: Acks

    /// The JSON of the message at work: its ack and its event carry the same.
    private struct EncodedMessage {
        private var encoded: (message: Message, json: ByteBuffer)?

        var size: Int { encoded?.json.readableBytes ?? 0 }

        mutating func json(of message: Message) -> ByteBuffer {
            // Mostly the very same, which is seen without a look at its parts.
            if let encoded, encoded.message == message { return encoded.json }
            let json = ByteBuffer.text(of: message)
            encoded = (message, json)
            return json
        }
    }

    private func answer(
        _ result: Result<Outcome, ChatError>, tag: AckTag, message: inout EncodedMessage
    ) -> EngineFrames {
        switch result {
        case .failure(let error):
            guard let id = tag.ackID else {
                return events.frames(.error(error, event: ClientEvents.all[tag.event].name))
            }
            return events.ack(id, failure: error)
        case .success(let outcome):
            guard let id = tag.ackID else { return EngineFrames() }
            return events.encoder.ack(id, reserving: 64 + message.size) { text in
                text.object { object in
                    object.field("ok", true)
                    write(outcome, into: &object, event: ClientEvents.all[tag.event], message: &message)
                }
            }
        }
    }

    private func write(
        _ outcome: Outcome, into object: inout JSONWriter, event: any ClientEvent.Type,
        message: inout EncodedMessage
    ) {
        switch outcome {
        case .message(let sent, let duplicate):
            object.field("message", json: message.json(of: sent))
            if event == MessageSend.self { object.field("duplicate", duplicate) }
        case .chat(let chat, _):
            object.field("chat") { $0.writeWire(chat) }
        case .reactions(let reactions):
            object.field("reactions") { $0.writeWire(reactions) }
        case .read(let readSeq, let unreadCount):
            object.field("read_seq", readSeq)
            object.field("unread_count", unreadCount)
        case .delivered(let deliveredSeq):
            object.field("delivered_seq", deliveredSeq)
        case .done, .user, .token, .member, .file:
            break
        }
    }

    // MARK: Changes

    private func tell(
        _ change: Change, after before: Revision, message: inout EncodedMessage,
        in batch: inout DeliveryBatch.Builder
    ) {
        switch change {
        case .messageNew(let new):
            tell(new, as: ServerEvent.messageNew, isNew: true, encoded: &message, in: &batch)
        case .messageUpdated(let updated):
            tell(updated, as: ServerEvent.messageUpdated, encoded: &message, in: &batch)
        case .messageDeleted(let deleted):
            tell(deleted, as: ServerEvent.messageDeleted, encoded: &message, in: &batch)
        case .messageReaction(let reaction):
            let frames = events.frames(.messageReaction(reaction))
            tell(frames, about: reaction.seq, in: reaction.chatID, in: &batch)
        case .messageRead(let receipt):
            receipts.tell(receipt, kind: .read, after: before, in: &batch)
        case .messageDelivered(let receipt):
            receipts.tell(receipt, kind: .delivered, after: before, in: &batch)
        case .chatCreated, .chatUpdated, .chatDeleted, .memberAdded, .memberRemoved, .memberRoleChanged:
            tellMembership(change, in: &batch)
        case .userUpdated, .userDeleted, .userBlocked, .tokensRevoked, .tokenRevoked:
            tellUser(change, in: &batch)
        }
    }

    /// Tells a chat of a message: where newcomers do not see what is older than they are (`--history joined`), each
    /// member what they see of it, as ``ChatCore/Message/seen(above:)`` has it.
    private func tell(
        _ message: Message, as event: (ByteBuffer) -> ServerEvent, isNew: Bool = false,
        encoded: inout EncodedMessage, in batch: inout DeliveryBatch.Builder
    ) {
        let frames = events.frames(event(encoded.json(of: message)))
        let room = message.chatID.rawValue
        guard newcomersSeeLess, let quote = message.replyTo, !quote.content.isEmpty else {
            if isNew { return batch.send(frames, toRoom: room) }
            return tell(frames, about: message.seq, in: message.chatID, in: &batch)
        }
        batch.send(frames, toRoom: room, floors: 0..<quote.seq)
        let rest = event(.text(of: message.seen(above: quote.seq)))
        batch.send(events.frames(rest), toRoom: room, floors: quote.seq..<message.seq)
    }

    /// Tells those members of a chat who see the message of that seq.
    private func tell(
        _ frames: EngineFrames, about seq: Int64, in chat: ChatID, in batch: inout DeliveryBatch.Builder
    ) {
        guard newcomersSeeLess else { return batch.send(frames, toRoom: chat.rawValue) }
        batch.send(frames, toRoom: chat.rawValue, floors: 0..<seq)
    }

    private func tellMembership(_ change: Change, in batch: inout DeliveryBatch.Builder) {
        switch change {
        case .chatCreated(let chat, let members):
            gateway.chatSizes.forget(chat.id)
            let frames = events.frames(.chatAdded(chat))
            for member in members { bring(member, into: chat, hearing: frames, in: &batch) }
        case .chatUpdated(let chat):
            batch.send(events.frames(.chatUpdated(chat)), toRoom: chat.id.rawValue)
        case .chatDeleted(let chat, let members):
            gateway.chatSizes.forget(chat)
            for member in members { take(member, outOf: chat, in: &batch) }
        case .memberAdded(let chat, let card):
            gateway.chatSizes.forget(chat.id)
            batch.send(events.frames(.memberAdded(chat.id, card.id)), toRoom: chat.id.rawValue)
            bring(card.id, into: chat, hearing: events.frames(.chatAdded(chat)), in: &batch)
        case .memberRemoved(let chat, let user):
            gateway.chatSizes.forget(chat)
            take(user, outOf: chat, in: &batch)
            batch.send(events.frames(.memberRemoved(chat, user)), toRoom: chat.rawValue)
        default:
            break
        }
    }

    private func bring(
        _ user: UserID, into chat: Chat, hearing frames: EngineFrames, in batch: inout DeliveryBatch.Builder
    ) {
        let room = ChatGateway.room(of: user)
        if newcomersSeeLess, chat.lastSeq > 0 {
            batch.perform(forSocketsOf: room) { socket in
                (socket.handler as? ChatSession)?.joined(chat.id, when: chat.lastSeq)
            }
        }
        batch.join(chat.id.rawValue, socketsOf: room)
        batch.join(ChatGateway.presenceRoom(of: chat.id), socketsOf: room)
        batch.send(frames, toRoom: room)
        gateway.presence.joined(user, chat: chat.id)
    }

    private func take(_ user: UserID, outOf chat: ChatID, in batch: inout DeliveryBatch.Builder) {
        let room = ChatGateway.room(of: user)
        batch.perform(forSocketsOf: room) { socket in
            (socket.handler as? ChatSession)?.lostMembership(of: chat)
        }
        batch.leave(chat.rawValue, socketsOf: room)
        batch.leave(ChatGateway.presenceRoom(of: chat), socketsOf: room)
        batch.send(events.frames(.chatRemoved(chat)), toRoom: room)
        gateway.presence.left(user, chat: chat)
        gateway.typing.forget(user, in: chat)
    }

    private func tellUser(_ change: Change, in batch: inout DeliveryBatch.Builder) {
        func end(_ user: UserID, _ end: SessionEnd, ifToken token: TokenID? = nil) {
            batch.perform(forSocketsOf: ChatGateway.room(of: user)) { socket in
                guard let session = socket.handler as? ChatSession else { return }
                if let token { session.tokenWasRevoked(token) } else { session.end(end) }
            }
        }
        switch change {
        case .userUpdated(let card, let chats):
            let own = ChatGateway.room(of: card.id)
            batch.perform(forSocketsOf: own) { socket in
                (socket.handler as? ChatSession)?.profileChanged(to: card)
            }
            // In the batch of its commit: the offset that follows covers it.
            batch.send(
                events.frames(.userUpdated(card)), toAnyOf: chats.map(ChatGateway.presenceRoom) + [own], except: "")
        case .userDeleted(let user): end(user, .userDeleted)
        case .userBlocked(let user): end(user, .userBlocked)
        case .tokensRevoked(let user): end(user, .tokenRevoked)
        case .tokenRevoked(let token, let user): end(user, .tokenRevoked, ifToken: token)
        default: break
        }
    }
}
