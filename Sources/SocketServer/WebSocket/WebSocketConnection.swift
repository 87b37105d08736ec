public import NIOCore
import NIOPosix

/// One WebSocket, server side (RFC 6455): the last handler of its channel. When it closes and whether it reads is
/// decided by a ``WebSocketMachine``; what it reads is in `WebSocketConnection+Input.swift`, what it sends in
/// `WebSocketConnection+Output.swift`.
public final class WebSocketConnection: ChannelDuplexHandler, RemovableChannelHandler, DeadlineOwner {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

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
    public var isOpen: Bool { machine.isOpen }
    /// Its place among the connections, until a valid token vouches for it.
    public internal(set) var stranger: Stranger?

    let loop: LoopContext
    let isTLS: Bool
    var adoption: Adoption?
    /// The HTTP decoder that it came by is still before it.
    private var isBehindDecoder: Bool
    var context: ChannelHandlerContext?
    var channel: (any Channel)?
    var machine = WebSocketMachine()
    var state: WebSocketMachine.State { machine.state }
    private var deadline: Deadline?

    // Input
    var decoder: WebSocketDecoder
    public var inputShare = InputShare.stranger
    /// What the slice at work has cost so far.
    var cost = InputCost.zero
    /// What was read and waits, where something does.
    var aside: InputAside?
    /// Bytes of input in the account.
    var chargedInput = 0

    // Output
    var output = SocketOutput()
    /// The socket itself, where bytes may go straight to it: see ``takeDescriptor()``.
    private(set) var descriptor: CInt?
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
        configuration: WebSocketConfiguration, loop: LoopContext, isTLS: Bool = false, adoption: Adoption? = nil,
        isBehindDecoder: Bool = false
    ) {
        decoder = WebSocketDecoder(maximumMessageSize: configuration.maximumMessageSize)
        self.loop = loop
        self.isTLS = isTLS
        self.adoption = adoption
        self.isBehindDecoder = isBehindDecoder
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
        let stranger = loop.shared.registry.arrive(key) { channel.close(promise: nil) }
        stranger.becomeSession()
        self.stranger = stranger
        inputShare = .stranger
    }

    // MARK: Closing

    /// Sends a close frame after what was written, and waits for the peer's.
    public func close(_ code: WebSocketCloseCode? = nil) { perform(machine.close(code)) }

    /// Drops what waits to be sent, says `lastWords` in its place, and closes. What the kernel did not take of a frame
    /// goes out before, as it has to; a peer that takes neither is not waited for longer than five close timeouts.
    public func closeDropping(lastWords: ByteBuffer, _ code: WebSocketCloseCode? = nil) {
        perform(machine.closeDropping(lastWords: lastWords, code))
    }

    /// Drops the connection and what is unsent.
    public func abort() { perform(machine.abort()) }

    public func deadlineReached(_ deadline: Deadline) {
        perform(machine.deadlineReached(isUnsent: unsentBytes > 0))
    }

    /// What is done may lead to more, which is done first.
    func perform(_ actions: [WebSocketMachine.Action]) {
        for action in actions {
            switch action {
            case .write(let frame): append(frame, isCounted: false)
            case .dropOutput: dropOutput()
            case .dropInput: dropInput()
            case .endOutputWhenSent: endsOutput = true
            case .flush: flush()
            case .armDeadline: armDeadline()
            case .disarmDeadline: deadline?.disarm()
            case .goOnLater: goOnLater()
            case .closeChannel: context?.close(promise: nil)
            case .end(let reason): end(reason)
            }
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

    // MARK: Channel events

    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        channel = context.channel
        machine.attach()
        guard !isTLS else { return }
        takeDescriptor()
        // A channel that is closed has nothing unsent.
        let unsent = try? channel?.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)
        // An answer to an earlier request may still be on its way: its end is waited for.
        if let unsent, unsent > 0 {
            pass(SocketOutput.Piece(bytes: ByteBuffer(), counted: 0), to: context)
            context.flush()
        }
    }

    /// Takes the socket's descriptor out of NIO's scope, to send past it. Without one everything goes by the channel.
    ///
    /// That is sound as long as nothing is sent to the number after NIO has closed it, for it may be another
    /// connection's from then on, on any thread. It holds for these reasons together:
    ///
    /// 1. NIO closes the descriptor on this loop, and everything that sends to it runs there: nothing comes between a
    ///    look at ``descriptor`` and the system call.
    /// 2. A close (`BaseSocketChannel.close0`) calls nobody between the closing of the descriptor and the moment at
    ///    which the channel is inactive. First it fails the writes that the channel still had: `pass` forgets the
    ///    descriptor then, before it tells anybody. Then it fires `channelInactive`, whose first line forgets it.
    /// 3. Nothing stands before this handler that could keep `channelInactive` back or say something first. The HTTP
    ///    decoder, which hands over what it has left at the end of the channel, is gone before the descriptor is taken
    ///    (``isBehindDecoder``); with TLS there is none.
    /// 4. Others whom the channel tells of its end (futures of writes that were HTTP's) run after the close and do not
    ///    send here; `flush` asks the channel besides.
    /// 5. A connection that moves to another loop does so as a duplicate, of which the other channel is the only owner.
    /// 6. Who keeps an ``EngineIO/EngineOutlet`` or a seat keeps this object, not the number.
    private func takeDescriptor() {
        guard let context, !isTLS, !isBehindDecoder else { return }
        // A channel that has no socket has no descriptor.
        let transport = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self) { $0 }
        descriptor = transport ?? nil
        lookWhetherClear()
    }

    /// The HTTP decoder has left the pipeline, or the channel has closed meanwhile.
    func decoderIsGone() {
        isBehindDecoder = false
        if state != .finished, channel?.isActive == true { takeDescriptor() }
    }

    func forgetDescriptor() {
        descriptor = nil
        clearDescriptor = -1
    }

    /// Sends the answer to the upgrade request, together with what the first attached says.
    func begin(_ upgrade: WebSocketUpgrade) {
        append(upgrade.response, isCounted: false)
        upgrade.attach(self)
        flush()
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        forgetDescriptor()
        stranger?.leave()
        stranger = nil
        perform(machine.detach())
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
        forgetDescriptor()
        takeLastSlice()
        perform(machine.channelClosed())
        context.fireChannelInactive()
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
