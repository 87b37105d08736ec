import NIOCore

@testable import EngineIO

/// Sends each message back, does what some texts ask for, and tells how its session ended.
final class TestHandler: EngineSessionHandler {
    let log: TestLog

    init(log: TestLog) {
        self.log = log
    }

    func session(_ session: EngineSession, didReceiveText text: ByteBuffer) {
        var frames = EngineFrames()
        switch String(buffer: text) {
        case "close": return session.close(.forcedClose)
        case "discard": return session.close(.forcedClose, discard: true)
        case "transport": frames.append(text: session.transportName)
        case "link": frames.append(text: Self.place(of: session))
        case "burst": for number in 0..<100 { frames.append(text: "\(number)") }
        case "farewell":
            for number in 0..<20 { frames.append(text: "\(number)") }
            session.send(frames)
            return session.close(.forcedClose)
        case "flood": return flood(session, counted: true)
        case "fill": return flood(session, counted: false, frames: 30)
        case "trust": return session.trust()
        case "replay": return flood(session, counted: false)
        default: frames.append(text: text.readableBytesView)
        }
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

    func sessionDidDrain(_ session: EngineSession) {
        log.add("drained")
    }

    func lastWords(of session: EngineSession, for reason: EngineCloseReason) -> EngineFrames? {
        var frames = EngineFrames()
        frames.append(text: "last words: " + reason.rawValue)
        return frames
    }

    func session(_ session: EngineSession, didCloseWith reason: EngineCloseReason) {
        log.add(reason.rawValue)
    }

    /// Whether the session's WebSocket lives on its loop.
    private static func place(of session: EngineSession) -> String {
        switch session.link {
        case .local: "same loop"
        case .remote: "other loop"
        case nil: "no socket"
        }
    }

    /// 20 MB, more than any socket takes at once.
    private func flood(_ session: EngineSession, counted: Bool, frames count: Int = 200) {
        var frames = EngineFrames()
        frames.append(binary: ByteBuffer(repeating: 1, count: 100_000).readableBytesView)
        for _ in 0..<count { session.send(frames, counted: counted) }
        session.flush()
    }
}
