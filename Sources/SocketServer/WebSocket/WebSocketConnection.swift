public import NIOCore
import NIOPosix

/// One WebSocket, server side (RFC 6455): the last handler of its channel.
///
/// Closing (section 7): whoever sends its close frame first waits for the other's; then the server closes the
/// connection. After a violation, and when the peer does not answer a close in time, nothing more is read: the output
/// is closed after the close frame, so that the frame is not overtaken by a reset, and the rest follows at the close
/// timeout.
///
/// What it reads and how fast is in `WebSocketConnection+Input.swift`, what it sends in
/// `WebSocketConnection+Output.swift`.
public final class WebSocketConnection: ChannelDuplexHandler, RemovableChannelHandler, DeadlineOwner {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    enum State {
        case open
        /// Our close frame is out, the peer's is awaited.
        case closing
        /// Both are through, or the peer broke the protocol; input is dropped.
        case finished
    }

    /// Why nothing is read at the moment. Each reason has one owner, who alone sets it and takes it back.
    public struct Holds: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The account of the session that uses it is full.
        public static let session = Holds(rawValue: 1)
        /// What is kept of it on a loop that is not its session's is too much.
        public static let link = Holds(rawValue: 2)
        /// Its session, on another loop, waits its turn there.
        public static let turn = Holds(rawValue: 4)
        /// It waits for its turn in the lane of those that cost much.
        static let lane = Holds(rawValue: 8)
        /// Those that end with the use of the connection.
        static let users: Holds = [.session, .link, .turn]
    }

    /// The loop on which it lives.
    public var eventLoop: any EventLoop { loop.eventLoop }
    /// Hears everything; kept until the end.
    public var delegate: (any WebSocketDelegate)?
    /// Where what it keeps is counted: half a message, and what the peer does not take. Bound to its loop.
    public var account: ByteAccount?
    /// Whether messages can be sent.
    public var isOpen: Bool { state == .open && context != nil }
    /// Its place among the connections, until a valid token vouches for it.
    public internal(set) var stranger: Stranger?

    let loop: LoopContext
    let isTLS: Bool
    var adoption: Adoption?
    var context: ChannelHandlerContext?
    var channel: (any Channel)?
    var state = State.open
    private var deadline: Deadline?
    /// How often the end is put off for a peer that may still take last words.
    private var patience: UInt8 = 0

    // Input
    var decoder: WebSocketDecoder
    var holds: Holds = []
    /// The channel asked to read while it was held.
    var readIsPending = false
    public var inputShare = InputShare.stranger
    /// What the slice at work has cost so far.
    var cost = InputCost.zero
    /// What was read and waits, where something does.
    var aside: InputAside?
    /// Bytes of input in the account.
    var chargedInput = 0

    // Output
    var output = SocketOutput()
    /// The socket itself, where bytes may go straight to it: while the channel is open and has no TLS.
    var descriptor: CInt?
    /// Pieces that the channel is not done with: what follows waits for that.
    var writesInChannel = 0
    /// Bytes of the channel's piece, and those that count against the limit for slow clients.
    var inChannel = 0
    var countedInChannel = 0
    /// The descriptor, as long as nothing is in the way: see ``sendAtOnce(_:)``; otherwise negative.
    var clearDescriptor: CInt = -1
    /// Bytes of output in the account.
    var chargedOutput = 0
    /// Bytes written since the beginning.
    var written = 0
    /// Who wants to know that what was written before has left.
    var marks: [(at: Int, promise: EventLoopPromise<Void>)] = []
    /// Something uncounted is on its way: ``WebSocketDelegate/webSocketDidDrain(_:)`` follows.
    var owesDrain = false
    var isFlushing = false
    /// After what is unsent our side of the connection closes.
    var endsOutput = false

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

    /// Input that is not dealt with yet.
    final class InputAside {
        /// What was read and not looked at yet.
        var backlog = ByteBuffer()
        /// Pings of the slice at work.
        var pings = 0
        /// The payload of the last one, where they are many: answered after the slice.
        var unansweredPing: ByteBuffer?
    }

    init(
        configuration: WebSocketConfiguration, loop: LoopContext, isTLS: Bool = false, adoption: Adoption? = nil
    ) {
        decoder = WebSocketDecoder(maximumMessageSize: configuration.maximumMessageSize)
        self.loop = loop
        self.isTLS = isTLS
        self.adoption = adoption
    }

    /// A valid token was shown on it: it gives way to no other connection from now on.
    public func vouch() {
        stranger?.vouch()
        stranger = nil
        inputShare = InputShare()
    }

    /// What vouched for it holds no more: it may have to give way again.
    ///
    /// - Parameter key: the client's address.
    public func becomeStranger(_ key: AddressKey) {
        guard stranger == nil, state != .finished, let channel else { return }
        let its = loop.shared.registry.arrive(key) { channel.close(promise: nil) }
        its.becomeSession()
        stranger = its
        inputShare = .stranger
    }

    // MARK: Closing

    /// Sends a close frame after what was written, and waits for the peer's.
    public func close(_ code: WebSocketCloseCode? = nil) {
        guard state == .open, context != nil else { return }
        append(WebSocketFrame.close(code), isCounted: false)
        state = .closing
        flush()
        armDeadline()
        // The peer's close frame has to be read, whatever held it back.
        holds.subtract(.users)
        goOnLater()
        end(.local)
    }

    /// Drops what waits to be sent, says `lastWords` in its place, and closes. What the kernel did not take of a frame
    /// goes out before, as it has to; a peer that takes neither is not waited for longer than five close timeouts.
    public func closeDropping(lastWords: ByteBuffer, _ code: WebSocketCloseCode? = nil) {
        guard state == .open, context != nil else { return }
        dropOutput()
        append(lastWords, isCounted: false)
        patience = 4
        finish(sending: WebSocketFrame.close(code))
        end(.local)
    }

    /// Drops the connection and what is unsent.
    public func abort() {
        state = .finished
        dropOutput()
        dropInput()
        context?.close(promise: nil)
        end(.local)
    }

    func fail(_ violation: WebSocketViolation) {
        let wasOpen = state == .open
        finish(sending: wasOpen ? WebSocketFrame.close(violation.closeCode) : nil)
        end(.violation(violation))
    }

    /// Sends the last frame, if there is one left to send, and closes: our side first, all of it when the peer has
    /// closed too or the time is up.
    func finish(sending frame: ByteBuffer?) {
        guard context != nil else { return }
        if let frame { append(frame, isCounted: false) }
        state = .finished
        endsOutput = true
        armDeadline()
        dropInput()
        flush()
    }

    private func armDeadline() {
        let deadline = self.deadline ?? Deadline()
        self.deadline = deadline
        loop.closeDeadlines.arm(deadline, owner: self)
    }

    public func deadlineReached(_ deadline: Deadline) {
        if patience > 0, unsentBytes > 0 {
            patience -= 1
            armDeadline()
        } else {
            context?.close(promise: nil)
        }
    }

    func end(_ reason: WebSocketCloseReason) {
        guard let delegate else { return }
        self.delegate = nil
        delegate.webSocket(self, didCloseWith: reason)
    }

    // MARK: Channel events

    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        channel = context.channel
        guard !isTLS else { return }
        // Without a descriptor everything goes through the channel.
        let transport = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self) { $0 }
        descriptor = transport ?? nil
        lookWhetherClear()
        // A channel that is closed has nothing unsent.
        let unsent = try? channel?.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)
        // An answer to an earlier request may still be on its way: its end is waited for.
        if let unsent, unsent > 0 {
            pass(SocketOutput.Piece(bytes: ByteBuffer(), counted: 0), to: context)
            context.flush()
        }
    }

    /// Sends the answer to the upgrade request, together with what the first attached says.
    func begin(_ upgrade: WebSocketUpgrade) {
        append(upgrade.response, isCounted: false)
        upgrade.attach(self)
        flush()
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.disarm()
        descriptor = nil
        clearDescriptor = -1
        dropInput()
        dropOutput()
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
            if let bytes = adoption.leftOver {
                receive(bytes)
                endBurst()
            }
        }
        context.fireChannelActive()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        takeLastSlice()
        state = .finished
        descriptor = nil
        clearDescriptor = -1
        dropInput()
        dropOutput()
        deadline?.disarm()
        end(.disconnected)
        context.fireChannelInactive()
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
