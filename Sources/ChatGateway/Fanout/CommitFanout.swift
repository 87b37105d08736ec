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
        // Looked at where they lie: to copy an entry costs a good part of what it costs to encode it.
        batch.entries.withUnsafeBufferPointer { entries in
            for index in entries.indices { tell(entries[index], after: before, in: &builder) }
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

    private func tell(
        _ entry: CommittedBatch.Entry, after before: Revision, in builder: inout DeliveryBatch.Builder
    ) {
        var told = ToldMessage()
        entry.changes.withUnsafeBufferPointer { changes in
            for index in changes.indices {
                told.change = index
                tell(changes[index], after: before, told: &told, in: &builder)
            }
        }
        guard case .asker(let asker, let tag) = entry.reply, let session = asker as? ChatSession else { return }
        // What a stop kept from being done is asked again by the client: see `ChatGateway.stopTakingEvents`.
        if case .failure(let error) = entry.result, error.code == .unavailable, gateway.isStopping { return }
        builder.answer(answer(entry, tag: AckTag(rawValue: tag), told: told, builder), to: session.socket)
    }

    // MARK: Acks

    /// Where the JSON lies of the message that an entry told last: its ack carries the same, and is given a copy of the
    /// bytes.
    private struct ToldMessage {
        enum Text {
            case nowhere
            case inBatch(DeliveryBatch.Builder.Passage)
            case apart(ByteBuffer)
        }

        /// The number of the change at work.
        var change = 0
        /// The number of the change that told of ``text``.
        private var ofChange = 0
        private(set) var text = Text.nowhere

        mutating func note(_ text: Text) {
            self.text = text
            ofChange = change
        }

        var size: Int {
            switch text {
            case .nowhere: 512
            case .inBatch(let passage): passage.size
            case .apart(let json): json.readableBytes
            }
        }

        /// Whether this is what the ack of `entry` is to carry: all of it, not its id alone.
        func isOf(_ message: Message, in entry: CommittedBatch.Entry) -> Bool {
            guard entry.changes.indices.contains(ofChange) else { return false }
            switch entry.changes[ofChange] {
            case .messageNew(let told), .messageUpdated(let told), .messageDeleted(let told): return told == message
            default: return false
            }
        }
    }

    private func answer(
        _ entry: CommittedBatch.Entry, tag: AckTag, told: ToldMessage, _ batch: DeliveryBatch.Builder
    ) -> EngineFrames {
        switch entry.result {
        case .failure(let error):
            guard let id = tag.ackID else {
                return events.frames(.error(error, event: ClientEvents.all[tag.event].name))
            }
            return events.ack(id, failure: error)
        case .success(let outcome):
            guard let id = tag.ackID else { return EngineFrames() }
            return events.encoder.ack(id, reserving: 64 + told.size) { text in
                text.object { object in
                    object.field("ok", true)
                    guard case .message(let message, let duplicate) = outcome else {
                        return object.fields(of: outcome, answering: tag.event)
                    }
                    object.name("message")
                    write(message, into: &object, told: told, of: entry, batch)
                    if ClientEvents.all[tag.event] == MessageSend.self { object.field("duplicate", duplicate) }
                }
            }
        }
    }

    private func write(
        _ message: Message, into object: inout JSONWriter, told: ToldMessage, of entry: CommittedBatch.Entry,
        _ batch: DeliveryBatch.Builder
    ) {
        guard told.isOf(message, in: entry) else { return object.writeWire(message) }
        switch told.text {
        case .inBatch(let passage):
            if batch.withJSON(of: passage, { object.json($0) }) == nil { object.writeWire(message) }
        case .apart(let json): object.json(json)
        case .nowhere: object.writeWire(message)
        }
    }

    // MARK: Changes

    /// Tells of a change, as ``Change/forEachNotice(_:)`` has it: who comes is let into the chat's rooms before they
    /// hear of it, who goes is taken out before the others hear of that.
    private func tell(
        _ change: Change, after before: Revision, told: inout ToldMessage, in batch: inout DeliveryBatch.Builder
    ) {
        note(change, in: &batch)
        change.forEachNotice { notice in
            switch notice.audience {
            case .chat(let chat, let seq): tell(notice, chat, seq, told: &told, in: &batch)
            case .users(let users): tell(notice, users, of: change, in: &batch)
            case .readers(let receipt): receipts.tell(notice, of: receipt, after: before, in: &batch)
            case .contacts(let user, let chats):
                // In the batch of its commit: the offset that follows covers it.
                let rooms = chats.map(ChatGateway.presenceRoom) + [ChatGateway.room(of: user)]
                batch.send(events.frames(notice), toAnyOf: rooms, except: "")
            case nil: break
            }
        }
    }

    /// Tells a chat: where newcomers do not see what is older than they are (`--history joined`), each member what they
    /// see of it, as ``ChatCore/Message/seen(above:)`` has it.
    private func tell(
        _ notice: Notice, _ chat: ChatID, _ seq: Int64?, told: inout ToldMessage,
        in batch: inout DeliveryBatch.Builder
    ) {
        let room = chat.rawValue
        let name = notice.event.rawValue
        var quote: Message.Quote?
        if case .message(let message) = notice.object, message.replyTo?.content.isEmpty == false {
            quote = message.replyTo
        }
        guard newcomersSeeLess, seq != nil || quote != nil else {
            let passage = batch.passage(name, toRoom: room, by: events.encoder) { $0.writeWire(notice.object) }
            if case .message = notice.object { told.note(.inBatch(passage)) }
            return
        }
        guard case .message(let message) = notice.object else {
            return batch.send(events.frames(notice), toRoom: room, floors: 0..<(seq ?? 0))
        }
        let json = ByteBuffer.text(of: message)
        told.note(.apart(json))
        let frames = events.frames(ServerEvent(name: notice.event, json: json))
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
        let frames = events.frames(notice)
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
