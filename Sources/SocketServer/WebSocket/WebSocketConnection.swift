public import NIOCore

/// One WebSocket, server side (RFC 6455): the last handler of its channel.
///
/// Closing (section 7): whoever sends its close frame first waits for the other's; then the server closes the
/// connection. After a violation, and when the peer does not answer a close in time, nothing more is read: the output
/// is closed after the close frame, so that the frame is not overtaken by a reset, and the rest follows at the close
/// timeout.
public final class WebSocketConnection: ChannelInboundHandler, RemovableChannelHandler, DeadlineOwner {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private enum State {
        case open
        /// Our close frame is out, the peer's is awaited.
        case closing
        /// Both are through, or the peer broke the protocol; input is dropped.
        case finished
    }

    /// The loop on which it lives.
    public let eventLoop: any EventLoop
    /// Hears everything; kept until the end.
    public var delegate: (any WebSocketDelegate)?
    /// Whether messages can be sent.
    public var isOpen: Bool { state == .open && context != nil }

    private let loop: LoopContext
    private var prelude: WebSocketUpgrade?
    private var leftOver: ByteBuffer?
    private var context: ChannelHandlerContext?
    private var channel: (any Channel)?
    private var decoder: WebSocketDecoder
    private var state = State.open
    private var deadline: Deadline?

    /// - Parameter prelude: answers the upgrade request once the channel is active; for one adopted from another loop.
    init(configuration: WebSocketConfiguration, loop: LoopContext, prelude: WebSocketUpgrade?, leftOver: ByteBuffer?) {
        decoder = WebSocketDecoder(maximumMessageSize: configuration.maximumMessageSize)
        self.loop = loop
        eventLoop = loop.eventLoop
        self.prelude = prelude
        self.leftOver = leftOver
    }

    // MARK: Sending

    /// Queues frames as they are: whole server frames, without masks. Nothing is sent before ``flush()``.
    public func write(_ frames: ByteBuffer) {
        guard state == .open else { return }
        context?.write(NIOAny(frames), promise: nil)
    }

    /// Like ``write(_:)``; `promise` is kept once the kernel has the bytes.
    public func write(_ frames: ByteBuffer, promise: EventLoopPromise<Void>) {
        guard state == .open, let context else { return promise.fail(ChannelError.ioOnClosedChannel) }
        context.write(NIOAny(frames), promise: promise)
    }

    public func flush() {
        context?.flush()
    }

    /// False while more bytes are unsent than ``WebSocketConfiguration/highWatermark``.
    public var isWritable: Bool { channel?.isWritable ?? false }

    /// Bytes written and not yet taken by the kernel.
    public var bufferedBytes: Int {
        guard let options = channel?.syncOptions else { return 0 }
        return (try? options.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0
    }

    /// Sends a close frame after what was written, and waits for the peer's.
    public func close(_ code: WebSocketCloseCode? = nil) {
        guard state == .open, let context else { return }
        state = .closing
        context.writeAndFlush(NIOAny(WebSocketFrame.close(code)), promise: nil)
        armDeadline()
        end(.local)
    }

    /// Drops the connection and what is unsent.
    public func abort() {
        state = .finished
        context?.close(promise: nil)
        end(.local)
    }

    // MARK: Channel events

    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        channel = context.channel
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.disarm()
        end(.disconnected)
        self.context = nil
        channel = nil
    }

    public func channelActive(context: ChannelHandlerContext) {
        if let prelude {
            self.prelude = nil
            context.writeAndFlush(NIOAny(prelude.response), promise: nil)
            prelude.attach(self)
            if var bytes = leftOver {
                leftOver = nil
                receive(&bytes)
                endBurst()
            }
        }
        context.fireChannelActive()
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .finished else { return }
        // A copy of exactly the bytes that came: NIO keeps a reference to its own, larger buffer, and unmasking in that
        // would copy all of it.
        let read = Self.unwrapInboundIn(data)
        var bytes = ByteBuffer()
        bytes.writeImmutableBuffer(read)
        receive(&bytes)
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        endBurst()
        context.fireChannelReadComplete()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        state = .finished
        deadline?.disarm()
        end(.disconnected)
        context.fireChannelInactive()
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    public func deadlineReached(_ deadline: Deadline) {
        context?.close(promise: nil)
    }

    // MARK: Receiving

    /// What came together is delivered.
    func endBurst() {
        if state == .open { delegate?.webSocketDidReceiveBurst(self) }
    }

    private func receive(_ bytes: inout ByteBuffer) {
        decoder.unmaskWholeFrames(in: &bytes)
        do throws(WebSocketViolation) {
            while state != .finished, let event = try decoder.next(from: &bytes) {
                handle(event)
            }
        } catch {
            fail(error)
        }
    }

    private func handle(_ event: WebSocketEvent) {
        switch event {
        case .text(let text):
            if state == .open { delegate?.webSocket(self, didReceiveText: text) }
        case .binary(let binary):
            if state == .open { delegate?.webSocket(self, didReceiveBinary: binary) }
        case .ping(let payload):
            guard state == .open else { return }
            // A peer that pings and does not read must not fill memory with pongs.
            guard isWritable else { return }
            context?.writeAndFlush(NIOAny(WebSocketFrame.pong(payload)), promise: nil)
        case .pong:
            break
        case .close(let code):
            let isAnswer = state == .closing
            finish(sending: isAnswer ? nil : WebSocketFrame.close(code))
            end(.peer(code))
        }
    }

    private func fail(_ violation: WebSocketViolation) {
        let wasOpen = state == .open
        finish(sending: wasOpen ? WebSocketFrame.close(violation.closeCode) : nil)
        end(.violation(violation))
    }

    /// Sends the last frame, if there is one left to send, and closes: our side first, all of it when the peer has
    /// closed too or the time is up.
    private func finish(sending frame: ByteBuffer?) {
        guard let context else { return }
        state = .finished
        armDeadline()
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(NIOAny(frame ?? ByteBuffer()), promise: written)
        let channel = context.channel
        written.futureResult.whenComplete { result in
            guard case .success = result else { return channel.close(promise: nil) }
            channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
        }
    }

    private func armDeadline() {
        let deadline = self.deadline ?? Deadline()
        self.deadline = deadline
        loop.closeDeadlines.arm(deadline, owner: self)
    }

    private func end(_ reason: WebSocketCloseReason) {
        guard let delegate else { return }
        self.delegate = nil
        delegate.webSocket(self, didCloseWith: reason)
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
