public import NIOCore
import NIOPosix

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

    /// Its place among the connections, until a valid token vouches for it.
    public internal(set) var stranger: Stranger?

    private let loop: LoopContext
    private let isTLS: Bool
    private var adoption: Adoption?
    private var context: ChannelHandlerContext?
    private var channel: (any Channel)?
    private var decoder: WebSocketDecoder
    private var state = State.open
    private var deadline: Deadline?
    private var output = SocketOutput()
    /// The socket itself, where bytes may go straight to it: while the channel is open and has no TLS.
    private var descriptor: CInt?
    /// Writes that the channel is not done with: what follows has to take the same way.
    private var writesInChannel = 0
    /// The descriptor, as long as nothing is in the way: see ``sendAtOnce(_:)``; otherwise negative.
    private var clearDescriptor: CInt = -1

    /// What one that is adopted from another loop begins with, once its channel is active.
    final class Adoption {
        /// Answers the upgrade request.
        let upgrade: WebSocketUpgrade
        /// What came after the request.
        let leftOver: ByteBuffer?

        init(upgrade: WebSocketUpgrade, leftOver: ByteBuffer?) {
            self.upgrade = upgrade
            self.leftOver = leftOver
        }
    }

    init(
        configuration: WebSocketConfiguration, loop: LoopContext, isTLS: Bool = false, adoption: Adoption? = nil
    ) {
        decoder = WebSocketDecoder(maximumMessageSize: configuration.maximumMessageSize)
        self.loop = loop
        self.isTLS = isTLS
        eventLoop = loop.eventLoop
        self.adoption = adoption
    }

    /// A valid token was shown on it: it gives way to no other connection from now on.
    public func vouch() {
        stranger?.vouch()
        stranger = nil
    }

    /// What vouched for it holds no more: it may have to give way again.
    ///
    /// - Parameter key: the client's address.
    public func becomeStranger(_ key: AddressKey) {
        guard stranger == nil, state != .finished, let channel else { return }
        let its = loop.shared.registry.arrive(key) { channel.close(promise: nil) }
        its.becomeSession()
        stranger = its
    }

    // MARK: Sending

    /// Queues frames as they are: whole server frames, without masks. Nothing is sent before ``flush()``.
    public func write(_ frames: ByteBuffer) {
        guard state == .open, context != nil else { return }
        output.append(frames)
        clearDescriptor = -1
    }

    /// What became of bytes that were to be sent at once.
    public enum DirectSend: Sendable {
        /// The kernel has them.
        case sent
        /// The kernel took some; the rest is on its way, behind which everything else has to wait: ``isWritable`` and
        /// ``bufferedBytes`` tell whether it is too much.
        case queued
        /// None was sent, since something is in the way (unsent bytes, TLS, a close): use ``write(_:)``.
        case notSent
    }

    /// Gives whole frames straight to the kernel, when nothing is in front of them: the shortest way there is, for
    /// those who send the same to many. It touches this object only.
    public func sendAtOnce(_ frames: UnsafeRawBufferPointer) -> DirectSend {
        guard clearDescriptor >= 0 else { return .notSent }
        let sent = SocketOutput.send(frames, to: clearDescriptor)
        if sent == frames.count { return .sent }
        clearDescriptor = -1
        if sent < 0 {
            context?.close(promise: nil)
        } else if let context {
            pass(ByteBuffer(bytes: frames[sent...]), to: context, promise: nil)
            context.flush()
        }
        return .queued
    }

    /// After whatever may have opened or closed the straight way.
    private func lookWhetherClear() {
        let isClear = state == .open && context != nil && writesInChannel == 0 && output.isEmpty
        clearDescriptor = isClear ? descriptor ?? -1 : -1
    }

    /// Like ``write(_:)``; `promise` is kept once the kernel has the bytes.
    public func write(_ frames: ByteBuffer, promise: EventLoopPromise<Void>) {
        guard state == .open, let context else { return promise.fail(ChannelError.ioOnClosedChannel) }
        passOutputOn(to: context)
        pass(frames, to: context, promise: promise)
    }

    public func flush() {
        guard let context else { return }
        guard writesInChannel == 0, let descriptor, channel?.isActive == true else {
            passOutputOn(to: context)
            return context.flush()
        }
        switch output.send(to: descriptor, scratch: loop.scratch) {
        case .sent:
            lookWhetherClear()
        case .rest(let bytes):
            pass(bytes, to: context, promise: nil)
            context.flush()
        case .failed:
            context.close(promise: nil)
        }
    }

    /// Gives the channel what waits for a flush.
    private func passOutputOn(to context: ChannelHandlerContext) {
        guard !output.isEmpty else { return }
        pass(output.take(), to: context, promise: nil)
    }

    private func pass(_ bytes: ByteBuffer, to context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard descriptor != nil else { return context.write(NIOAny(bytes), promise: promise) }
        let written = eventLoop.makePromise(of: Void.self)
        writesInChannel += 1
        clearDescriptor = -1
        written.futureResult.assumeIsolated().whenComplete { result in
            self.writesInChannel -= 1
            // A write fails when the channel closes: its descriptor may be another connection's already.
            guard case .success = result else { return self.descriptor = nil }
            self.lookWhetherClear()
        }
        if let promise { written.futureResult.cascade(to: promise) }
        context.write(NIOAny(bytes), promise: written)
    }

    /// False while more bytes are unsent than ``WebSocketConfiguration/highWatermark``.
    public var isWritable: Bool {
        // What went straight to the kernel waits nowhere; asking the channel costs as much as the rest of a flush.
        if writesInChannel == 0, descriptor != nil { return true }
        return channel?.isWritable ?? false
    }

    /// Bytes written and not yet taken by the kernel.
    public var bufferedBytes: Int {
        guard descriptor == nil || writesInChannel > 0, let options = channel?.syncOptions else { return output.size }
        return output.size + ((try? options.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0)
    }

    /// Sends a close frame after what was written, and waits for the peer's.
    public func close(_ code: WebSocketCloseCode? = nil) {
        guard state == .open, context != nil else { return }
        output.append(WebSocketFrame.close(code))
        state = .closing
        clearDescriptor = -1
        flush()
        armDeadline()
        end(.local)
    }

    /// Drops the connection and what is unsent.
    public func abort() {
        state = .finished
        clearDescriptor = -1
        output.removeAll()
        context?.close(promise: nil)
        end(.local)
    }

    // MARK: Channel events

    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        channel = context.channel
        guard !isTLS else { return }
        let transport = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self) { $0 }
        descriptor = transport ?? nil
        lookWhetherClear()
        let unsent = try? channel?.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)
        // An answer to an earlier request may still be on its way: its end is waited for.
        if let unsent, unsent > 0 { pass(ByteBuffer(), to: context, promise: nil) }
    }

    /// Sends the answer to the upgrade request, together with what the first attached says.
    func begin(_ upgrade: WebSocketUpgrade) {
        output.append(upgrade.response)
        upgrade.attach(self)
        flush()
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.disarm()
        descriptor = nil
        clearDescriptor = -1
        stranger?.leave()
        stranger = nil
        end(.disconnected)
        self.context = nil
        channel = nil
    }

    public func channelActive(context: ChannelHandlerContext) {
        if let adoption {
            self.adoption = nil
            begin(adoption.upgrade)
            if var bytes = adoption.leftOver {
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
        descriptor = nil
        clearDescriptor = -1
        output.removeAll()
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
            write(WebSocketFrame.pong(payload))
            flush()
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
        clearDescriptor = -1
        armDeadline()
        let written = context.eventLoop.makePromise(of: Void.self)
        passOutputOn(to: context)
        pass(frame ?? ByteBuffer(), to: context, promise: written)
        context.flush()
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
