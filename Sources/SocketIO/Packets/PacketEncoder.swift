import ByteText
import EngineIO
import JSON
import NIOCore

/// Writes Socket.IO packets (Socket.IO 5, "Packet encoding") as Engine.IO frames.
public struct PacketEncoder: Sendable {
    /// `/name,` in front of the rest; empty for the main namespace.
    private let prefix: String

    init(namespace: ByteString) {
        prefix = namespace == "/" ? "" : namespace.string + ","
    }

    /// An event with its name and arguments, and the ack id where an answer is wanted.
    public func event(_ name: String, _ arguments: [JSONValue], id: Int? = nil) -> EngineFrames {
        encode(type: UInt8(ascii: "2"), values: [.string(name)] + arguments, id: id)
    }

    /// An event whose one argument is JSON text already.
    ///
    /// - Parameter name: needs no escapes in JSON.
    public func event(_ name: String, json argument: ByteBuffer) -> EngineFrames {
        event(name, reserving: argument.readableBytes) { $0.json(argument) }
    }

    /// An event whose one argument is the value that `write` writes: the hot path of a server that encodes its own.
    ///
    /// - Parameters:
    ///   - name: needs no escapes in JSON.
    ///   - reserving: about how many bytes the value will have.
    public func event(
        _ name: String, reserving size: Int, json write: (inout JSONWriter) -> Void
    ) -> EngineFrames {
        EngineFrames(reserving: frameSize + name.utf8.count + size) { self.event(name, to: &$0, json: write) }
    }

    /// As ``event(_:reserving:json:)``, the packet alone.
    package func event(_ name: String, to text: inout JSONWriter, json write: (inout JSONWriter) -> Void) {
        text.put("2")
        text.put(prefix)
        text.put("[\"")
        text.put(name)
        text.put("\",")
        write(&text)
        text.put("]")
    }

    public func ack(_ id: Int, _ arguments: [JSONValue]) -> EngineFrames {
        encode(type: UInt8(ascii: "3"), values: arguments, id: id)
    }

    /// An ack whose one argument is JSON text already.
    public func ack(_ id: Int, json argument: ByteBuffer) -> EngineFrames {
        ack(id, reserving: argument.readableBytes) { $0.json(argument) }
    }

    /// An ack whose one argument is the value that `write` writes.
    ///
    /// - Parameter reserving: about how many bytes that will be.
    public func ack(_ id: Int, reserving size: Int, json write: (inout JSONWriter) -> Void) -> EngineFrames {
        EngineFrames(reserving: frameSize + size) { text in
            text.put("3")
            text.put(prefix)
            text.put(Int64(id))
            text.put("[")
            write(&text)
            text.put("]")
        }
    }

    /// More than what stands around an argument, the event's name and ack id apart.
    private var frameSize: Int { prefix.utf8.count + 40 }

    /// CONNECT, answered: `sid`, and `pid` where the session can be recovered.
    func connected(sid: String, pid: String?) -> EngineFrames {
        var object = JSONObject(["sid": .string(sid)])
        if let pid { object["pid"] = .string(pid) }
        return encodeObject(type: UInt8(ascii: "0"), .object(object))
    }

    func connectError(_ error: ConnectError) -> EngineFrames {
        var object = JSONObject(["message": .string(error.message)])
        if let data = error.data { object["data"] = data }
        return encodeObject(type: UInt8(ascii: "4"), .object(object))
    }

    func disconnect() -> EngineFrames {
        var frames = EngineFrames()
        frames.append(text: "1" + prefix)
        return frames
    }

    private func encodeObject(type: UInt8, _ value: JSONValue) -> EngineFrames {
        EngineFrames(reserving: 128) { text in
            text.put(type)
            text.put(prefix)
            var attachments: [ByteBuffer] = []
            text.value(value, attachments: &attachments)
        }
    }

    private func encode(type: UInt8, values: [JSONValue], id: Int?) -> EngineFrames {
        var attachments: [ByteBuffer] = []
        let hasBinary = values.contains(where: \.hasBinary)
        var frames = EngineFrames(reserving: 128) { text in
            if hasBinary {
                var body = JSONWriter(reserving: 128)
                body.value(.array(values), attachments: &attachments)
                text.put(type + 3)  // EVENT 2 → BINARY_EVENT 5, ACK 3 → BINARY_ACK 6
                text.put(Int64(attachments.count))
                text.put("-")
                text.put(prefix)
                if let id { text.put(Int64(id)) }
                text.json(body.finish())
            } else {
                text.put(type)
                text.put(prefix)
                if let id { text.put(Int64(id)) }
                text.value(.array(values), attachments: &attachments)
            }
        }
        for attachment in attachments { frames.append(binary: attachment.readableBytesView) }
        return frames
    }
}
