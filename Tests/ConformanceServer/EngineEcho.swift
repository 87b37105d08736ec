import EngineIO
import NIOCore
import SocketServer

/// `/engine.io/`: each message comes back.
final class EngineEcho: EngineSessionHandler {
    static func register(in routes: inout HTTPRoutes) {
        var configuration = Endpoints.engineConfiguration
        configuration.path = "/engine.io/"
        routes.add(configuration.path, EngineServer(configuration: configuration) { _ in EngineEcho() })
    }

    func session(_ session: EngineSession, didReceiveText text: ByteBuffer) {
        var frames = EngineFrames()
        frames.append(text: text.readableBytesView)
        session.send(frames)
    }

    func session(_ session: EngineSession, didReceiveBinary bytes: ByteBuffer) {
        var frames = EngineFrames()
        frames.append(binary: bytes.readableBytesView)
        session.send(frames)
    }

    func sessionDidReceiveBurst(_ session: EngineSession) {
        session.flush()
    }

    func session(_ session: EngineSession, didCloseWith reason: EngineCloseReason) {}
}
