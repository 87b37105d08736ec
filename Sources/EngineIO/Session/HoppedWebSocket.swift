import NIOCore
import SocketServer

/// A WebSocket of another loop, as its session sees it. Bound to the session's loop. What is written between two
/// flushes goes over in one hop.
final class HoppedWebSocket {
    let id: ObjectIdentifier
    private let socket: NIOLoopBound<WebSocketConnection>
    private let socketLoop: any EventLoop
    private let sessionLoop: any EventLoop
    private let limit: Int
    private var pending: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private(set) var bufferedBytes = 0

    init(
        id: ObjectIdentifier, socket: NIOLoopBound<WebSocketConnection>, socketLoop: any EventLoop,
        sessionLoop: any EventLoop, limit: Int
    ) {
        self.id = id
        self.socket = socket
        self.socketLoop = socketLoop
        self.sessionLoop = sessionLoop
        self.limit = limit
    }

    var isWritable: Bool { bufferedBytes <= limit }

    func write(_ frames: ByteBuffer, promise: EventLoopPromise<Void>?) {
        bufferedBytes += frames.readableBytes
        pending.append((frames, promise))
    }

    func flush() {
        guard !pending.isEmpty else { return }
        let batch = pending
        pending = []
        let size = batch.reduce(0) { $0 + $1.bytes.readableBytes }
        let sent = sessionLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: sessionLoop)
        sent.futureResult.whenComplete { _ in bound.value.bufferedBytes -= size }
        socketLoop.execute { [socket, socketLoop] in
            let socket = socket.value
            for (bytes, promise) in batch {
                if let promise { socket.write(bytes, promise: promise) } else { socket.write(bytes) }
            }
            let last = socketLoop.makePromise(of: Void.self)
            last.futureResult.cascade(to: sent)
            socket.write(ByteBuffer(), promise: last)
            socket.flush()
        }
    }

    func vouch() { socketLoop.execute { [socket] in socket.value.vouch() } }

    func becomeStranger(_ key: AddressKey) {
        socketLoop.execute { [socket] in socket.value.becomeStranger(key) }
    }

    func close() {
        flush()
        socketLoop.execute { [socket] in socket.value.close() }
    }

    func abort() {
        for (_, promise) in pending { promise?.fail(ChannelError.ioOnClosedChannel) }
        pending = []
        socketLoop.execute { [socket] in socket.value.abort() }
    }
}

@available(*, unavailable)
extension HoppedWebSocket: Sendable {}
