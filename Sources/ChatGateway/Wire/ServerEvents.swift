import ChatCore
import ChatWire
import EngineIO
import NIOCore
import SocketIO

/// Encodes and frames what the server sends, once for all who get it.
struct ServerEvents: Sendable {
    let encoder: PacketEncoder

    func frames(_ event: ServerEvent) -> EngineFrames { encoder.event(event.name.rawValue, json: event.json) }

    func frames(_ notice: Notice) -> EngineFrames {
        encoder.event(notice.event.rawValue, reserving: notice.object.sizeHint) { $0.writeWire(notice.object) }
    }

    func offset(_ offset: Offset) -> EngineFrames {
        encoder.event(ServerEventName.offset.rawValue, reserving: Offset.longestText) { $0.string(offset.text) }
    }

    func ack(_ id: Int, failure: ChatError) -> EngineFrames {
        encoder.ack(id, reserving: 160) { text in
            text.object { object in
                object.field("ok", false)
                object.object("error") { $0.fields(of: failure) }
            }
        }
    }
}
