import NIOCore
import NIOHTTP1
import SocketServer
import Synchronization

/// Answers with method, path and body.
struct EchoResponder: HTTPResponder {
    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        var text = ByteBuffer(string: "\(request.head.method) \(request.head.uri) \(request.remoteAddress) ")
        do {
            for try await var part in body { text.writeBuffer(&part) }
            await writer.respond(.ok, body: text)
        } catch {
            await writer.respond(.badRequest)
        }
    }
}

/// Sends `count` parts of `size` bytes in chunks.
struct StreamResponder: HTTPResponder {
    let count: Int
    let size: Int

    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        await writer.writeHead(HTTPResponseHead(version: .http1_1, status: .ok))
        do {
            for _ in 0..<count { try await writer.write(ByteBuffer(repeating: 0x78, count: size)) }
            await writer.finish()
        } catch {
            // The client is gone; returning says the same.
            return
        }
    }
}

/// Waits until its task is cancelled, and says so.
final class PatientResponder: HTTPResponder {
    let started = Signal()
    let cancelled = Signal()

    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        started.set()
        await withTaskCancellationHandler {
            await cancelled.wait()
        } onCancel: {
            cancelled.set()
        }
    }
}

/// Something that happens once and is waited for.
final class Signal: Sendable {
    private let state = Mutex<(isSet: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func set() {
        let waiting = state.withLock { state in
            state.isSet = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isSet = state.withLock { state in
                if !state.isSet { state.waiting.append(continuation) }
                return state.isSet
            }
            if isSet { continuation.resume() }
        }
    }
}

/// Keeps each exchange unanswered until it is told, in the order of their paths.
final class ParkingService: LoopHTTPService {
    let parked = Mutex<[String: (loop: any EventLoop, exchange: NIOLoopBound<HTTPExchange>)]>([:])
    let closed = Signal()
    let arrived = Signal()

    func begin(_ exchange: HTTPExchange) {
        exchange.receiver = Receiver(service: self)
        let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
        let (loop, uri) = (exchange.eventLoop, exchange.head.uri)
        parked.withLock { $0[uri] = (loop, bound) }
        arrived.set()
    }

    func answer(_ uri: String, body: String) async throws {
        guard let (loop, exchange) = parked.withLock({ $0[uri] }) else { return }
        try await loop.submit { exchange.value.respond(.ok, body: ByteBuffer(string: body)) }.get()
    }

    final class Receiver: HTTPExchangeReceiver {
        let service: ParkingService

        init(service: ParkingService) {
            self.service = service
        }

        func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}
        func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {}
        func exchangeDidClose(_ exchange: HTTPExchange) { service.closed.set() }
    }
}
