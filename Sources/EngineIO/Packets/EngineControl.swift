import NIOCore
import SocketServer

/// The packets that the protocol itself sends, framed as ``EngineFrames`` are.
enum EngineControl {
    static let close = frame("1")
    static let ping = frame("2")
    static let probePong = frame("3probe")
    static let noop = frame("6")

    /// The `open` packet (Engine.IO 4, "Handshake").
    static func open(id: String, transport: EngineTransport, configuration: EngineConfiguration) -> ByteBuffer {
        let upgrades = transport == .polling ? #"["websocket"]"# : "[]"
        let (interval, timeout) = (configuration.pingInterval, configuration.pingTimeout)
        return frame(
            #"0{"sid":"\#(id)","upgrades":\#(upgrades),"pingInterval":\#(interval.wholeMilliseconds),"#
                + #""pingTimeout":\#(timeout.wholeMilliseconds),"#
                + #""maxPayload":\#(configuration.maxPayload)}"#)
    }

    private static func frame(_ text: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        WebSocketFrame.append(text: ByteBuffer(string: text), to: &buffer)
        return buffer
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
