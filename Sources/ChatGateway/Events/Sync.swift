import ChatCore
import ChatWire
import NIOCore
import SocketIO

/// `sync {after, limit?}` → `changes [{event, data}]`, `offset`, `complete`: what one missed since an offset, for
/// clients without recovery. An offset that cannot be gone on from is `invalid`, field `after`: begin with `chat:list`.
struct Sync: ClientEvent {
    static let name = "sync"
    static let signature = ClientEventSignature(
        "What one missed since an offset, for clients without connection state recovery.",
        takes: [
            .always("after", .string, "The offset of session:ready, chat:list or the last sync."),
            .limit(1...1000, default: 1000),
        ],
        answers: [
            .always("changes", .array(.named(.change))), .always("offset", .string),
            .always("complete", .boolean, "Whether that was all."),
        ])
    private let after: Offset
    private let limit: Int

    init(_ fields: Fields) throws(ChatError) {
        guard let offset = Offset(try fields.opaque("after")) else {
            throw ChatError(.invalid, "after is no offset of this server.", field: "after")
        }
        after = offset
        limit = Int(try fields.optionalInteger("limit", in: 1...1000) ?? 1000)
    }

    func price(for caller: any EventCaller) -> Int { Price.ofEveryChat }

    func step(for caller: any EventCaller) -> EventStep {
        let user = caller.user.id
        let epoch = caller.gateway.store.epoch
        let quietMembers = caller.gateway.configuration.quietMembers
        return .read { [after, limit] view in
            let standing = try view.standing(epoch: after.epoch, revision: after.revision, heardAt: after.heardAt)
            guard standing == .recoverable else {
                throw ChatError(.invalid, "after is too old, or of another database; begin anew.", field: "after")
            }
            let missed = try view.changes(
                for: user, after: after.revision, receiptsAfter: after.receipts, limit: limit)
            let events = missed.changes.compactMap { change in
                change.notice(missedBy: user, quietMembers: quietMembers).map { ServerEvent($0) }
            }
            return ReadAnswer(
                Answer { object in
                    object.array("changes", events) { writer, event in
                        writer.object { change in
                            change.field("event", event.name.rawValue)
                            change.field("data", json: event.json)
                        }
                    }
                    object.field("offset", Offset(epoch: epoch, revision: missed.revision, now: .now()).text)
                    object.field("complete", missed.complete)
                })
        }
    }
}
