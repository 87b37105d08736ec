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

    /// Tells of a change, as its ``Change/notices`` have it: who comes is brought into the chat's rooms before they
    /// hear of it, who goes is taken out before the others hear of that.
    private func tell(
        _ change: Change, after before: Revision, message: inout EncodedMessage,
        in batch: inout DeliveryBatch.Builder
    ) {
        note(change, in: &batch)
        for notice in change.notices {
            switch notice.audience {
            case .chat(let chat, let seq): tell(notice, chat, seq, encoded: &message, in: &batch)
            case .users(let users): tell(notice, users, of: change, in: &batch)
            case .readers(let receipt): receipts.tell(notice, of: receipt, after: before, in: &batch)
            case .contacts(let user, let chats):
                // In the batch of its commit: the offset that follows covers it.
                let rooms = chats.map(ChatGateway.presenceRoom) + [ChatGateway.room(of: user)]
                batch.send(events.frames(ServerEvent(notice)), toAnyOf: rooms, except: "")
            case nil: continue
            }
        }
    }

    /// Tells a chat: where newcomers do not see what is older than they are (`--history joined`), each member what they
    /// see of it, as ``ChatCore/Message/seen(above:)`` has it.
    private func tell(
        _ notice: Notice, _ chat: ChatID, _ seq: Int64?, encoded: inout EncodedMessage,
        in batch: inout DeliveryBatch.Builder
    ) {
        let room = chat.rawValue
        guard case .message(let message) = notice.object else {
            let frames = events.frames(ServerEvent(notice))
            guard newcomersSeeLess, let seq else { return batch.send(frames, toRoom: room) }
            return batch.send(frames, toRoom: room, floors: 0..<seq)
        }
        let frames = events.frames(ServerEvent(name: notice.event, json: encoded.json(of: message)))
        let quote = message.replyTo.flatMap { $0.content.isEmpty ? nil : $0 }
        guard newcomersSeeLess, seq != nil || quote != nil else { return batch.send(frames, toRoom: room) }
        guard let quote else { return batch.send(frames, toRoom: room, floors: 0..<message.seq) }
        batch.send(frames, toRoom: room, floors: 0..<quote.seq)
        let rest = ServerEvent(name: notice.event, json: .text(of: message.seen(above: quote.seq)))
        batch.send(events.frames(rest), toRoom: room, floors: quote.seq..<message.seq)
    }

    /// Tells users what the change does to them: they come, they go, or their sessions end.
    private func tell(
        _ notice: Notice, _ users: [UserID], of change: Change, in batch: inout DeliveryBatch.Builder
    ) {
        if case .end(let end) = notice.object {
            for user in users { self.end(user, end, because: change, in: &batch) }
            return
        }
        let frames = events.frames(ServerEvent(notice))
        for user in users {
            switch notice.object {
            case .chat(let chat): join(user, to: chat, in: &batch)
            case .chatID(let chat): remove(user, from: chat, in: &batch)
            case .message, .reaction, .read, .delivered, .member, .card, .end: break
            }
            batch.send(frames, toRoom: ChatGateway.room(of: user))
        }
    }

    private func end(
        _ user: UserID, _ end: SessionEnd, because change: Change, in batch: inout DeliveryBatch.Builder
    ) {
        // Of one token only the sessions that it let in end, and they know.
        let act: SessionAct = if case .tokenRevoked(let token, _) = change { .endOf(token) } else { .end(end) }
        batch.perform(act, onSocketsOf: ChatGateway.room(of: user))
    }

    /// What the gateway itself remembers is brought up to date.
    private func note(_ change: Change, in batch: inout DeliveryBatch.Builder) {
        switch change {
        case .chatCreated(let chat, _), .memberAdded(let chat, _): gateway.chatSizes.forget(chat.id)
        case .chatDeleted(let chat, _), .memberRemoved(let chat, _): gateway.chatSizes.forget(chat)
        case .userUpdated(let card, _):
            batch.perform(SessionAct.profileChanged(card), onSocketsOf: ChatGateway.room(of: card.id))
        case .messageNew, .messageUpdated, .messageDeleted, .messageReaction, .messageRead, .messageDelivered,
            .chatUpdated, .memberRoleChanged, .userCreated, .userDeleted, .userBlocked, .userUnblocked, .tokensRevoked,
            .tokenRevoked:
            break
        }
    }

    private func join(_ user: UserID, to chat: Chat, in batch: inout DeliveryBatch.Builder) {
        let room = ChatGateway.room(of: user)
        if newcomersSeeLess, chat.lastSeq > 0 {
            batch.perform(SessionAct.joined(chat.id, lastSeq: chat.lastSeq), onSocketsOf: room)
        }
        batch.join(chat.id.rawValue, socketsOf: room)
        batch.join(ChatGateway.presenceRoom(of: chat.id), socketsOf: room)
        gateway.presence.joined(user, chat: chat.id)
    }

    private func remove(_ user: UserID, from chat: ChatID, in batch: inout DeliveryBatch.Builder) {
        let room = ChatGateway.room(of: user)
        batch.perform(SessionAct.lostMembership(of: chat), onSocketsOf: room)
        batch.leave(chat.rawValue, socketsOf: room)
        batch.leave(ChatGateway.presenceRoom(of: chat), socketsOf: room)
        gateway.presence.left(user, chat: chat)
        gateway.typing.forget(user, in: chat)
        receipts.forget(user, in: chat)
    }
}
