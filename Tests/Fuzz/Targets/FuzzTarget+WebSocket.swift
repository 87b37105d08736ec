import NIOCore

@testable import SocketServer

extension FuzzTarget {
    /// A client's stream of frames: two bytes of choices (the longest message, how the stream is cut), the stream.
    static let webSocket = FuzzTarget("websocket", longest: 300) { bytes in
        var input = FuzzInput(bytes)
        let limit = 1 << (Int(input.byte()) % 12)
        let lengths = Array(input.take(2))
        let whole = WebSocketRun(of: [input.rest], limit: limit, unmasking: true)
        // A short stream byte by byte, too; of a long one that would be most of the work.
        let bytewise = input.rest.count <= 48 ? [input.rest.cut([1])] : []
        for (index, parts) in ([[input.rest], input.rest.cut(lengths)] + bytewise).enumerated() {
            let unmasking = index == 1
            let run = WebSocketRun(of: parts, limit: limit, unmasking: unmasking)
            try require(run == whole, "cut: \(run), whole: \(whole)")
        }
        for case .text(let text) in whole.events {
            try require(String(validating: text.readableBytesView, as: UTF8.self) != nil, "a text that is no UTF-8")
            try require(text.readableBytes <= limit, "a text beyond the limit")
        }
    }
}

/// What a stream of frames is decoded to.
struct WebSocketRun: Equatable {
    private(set) var events: [WebSocketEvent] = []
    private(set) var violation: WebSocketViolation?

    init(of parts: [UnsafeRawBufferPointer], limit: Int, unmasking: Bool) {
        var decoder = WebSocketDecoder(maximumMessageSize: limit)
        for part in parts {
            var buffer = part.buffer
            if unmasking { decoder.unmaskWholeFrames(in: &buffer) }
            do throws(WebSocketViolation) {
                while let event = try decoder.next(from: &buffer) { events.append(event) }
            } catch {
                violation = error
                return
            }
        }
    }
}
