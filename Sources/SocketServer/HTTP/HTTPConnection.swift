import NIOCore
import NIOHTTP1

/// One connection's requests, answered one after the other (RFC 9112).
///
/// 1. A request's head makes an ``HTTPExchange`` and goes to its route; body and end follow.
/// 2. Requests that arrive while one is answered (pipelining) wait as parts, up to a bound, then reading stops. They
///    wait too while the client does not take what was answered, and while the connection asks faster than its rate or
///    its address than its budget. What comes past the bound although nothing was to be read (NIO reads all there is
///    once the client has closed its side) is dropped before it is parsed, and the connection ends after the answers to
///    what came before it.
/// 3. When both sides of an exchange have ended the next begins, or the connection closes.
/// 4. A response that ends before its request: the rest of the body is thrown away, up to a bound. Past it, or when the
///    connection is not to be kept, the output is closed first and what comes is read and dropped until the client
///    closes too; closing at once would let a reset overtake the response.
/// 5. An upgrade ends this handler's part: it leaves the pipeline to the WebSocket.
/// 6. A client that has closed its side gets the answers to what it sent whole, but those that may be long in coming
///    (``HTTPExchangeReceiver/outlivesInput``): see `HTTPConnection+End.swift`.
/// 7. Requests that no token vouches for are paid for in the lane of strangers: after a few the connection waits its
///    turn there, so that all floods together take a share of the loop, whatever their number.
///
/// The first request may be read without a codec: see `HTTPConnection+FirstRequest.swift`.
final class HTTPConnection: ChannelDuplexHandler, RemovableChannelHandler, DeadlineOwner {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    enum Phase {
        case serving
        /// Nothing more is answered; input is dropped until the client closes.
        case lingering
        /// A WebSocket takes over.
        case leaving
        case closed
    }

    let loop: LoopContext
    let isTLS: Bool
    /// What reads and writes HTTP for it, before it in the pipeline; `nil` until something needs it.
    var codec: HTTPCodec?
    /// Whether the request in hand was read without the codec.
    var isReadUncoded = false
    /// What came after it, while it is not decided what that is; before that, the part of its head that came.
    var early = ByteBuffer()
    /// In how many reads that came so far.
    var headPieces = 0
    var phase = Phase.serving
    private(set) var context: ChannelHandlerContext?
    var peerAddress: SocketAddress?
    /// Its place among the connections; `nil` once something else has it.
    var stranger: Stranger?
    /// Whether a trusted proxy is at the other end.
    let isProxied: Bool
    var exchange: HTTPExchange?
    var requestEnded = false
    private var responseEnded = false
    var keepsAlive = true
    private var discarded = 0
    var waiting = CircularBuffer<HTTPServerRequestPart>()
    var waitingBytes = 0
    /// Of a body, read and not taken by whoever answers.
    var heldBody = 0
    /// Of responses, what was written and the kernel does not have.
    var untakenBytes = 0
    /// Of ``untakenBytes``, those that are counted out with the end of the response in hand.
    private var wholeBytes = 0
    var account: ByteAccount?
    /// What it counts of this connection.
    var chargedBytes = 0
    private var isPumping = false
    private(set) var pausedByExchange = false
    var pendingRead = false
    var hasClosedOutput = false
    /// The client sends no more; it may still read.
    var hasInputEnded = false
    /// More came than is kept: nothing more is looked at.
    var dropsInput = false
    /// What was unsent when the client's taking was last looked at.
    var stalledBytes = Int.max
    var requestPace = RequestPace()
    private var isPaceTimed = false
    var strangersShare = StrangersShare()
    var inputShare = InputShare.stranger
    private var waitsInLane = false
    private var bodyPace = BodyPace()
    let deadline = Deadline()

    /// - Parameter codec: what is in the pipeline already.
    init(loop: LoopContext, isTLS: Bool, codec: HTTPCodec?, stranger: Stranger? = nil, isProxied: Bool = false) {
        self.loop = loop
        self.isTLS = isTLS
        self.codec = codec
        self.stranger = stranger
        self.isProxied = isProxied
    }

    var trustedProxies: TrustedProxies { loop.shared.trustedProxies }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.headDeadlines.arm(deadline, owner: self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.disarm()
        closeAccount()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        peerAddress = context.remoteAddress
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .serving, !dropsInput else { return }
        guard let codec else { return receiveUncoded(LeftOverCollector.unwrapInboundIn(data)) }
        let part = Self.unwrapInboundIn(data)
        codec.decoded(part)
        if waiting.isEmpty, mayTake(part) { take(part) } else { hold(part) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { pump() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let ended = exchange
        phase = .closed
        closeAccount()
        stranger?.leave()
        stranger = nil
        exchange = nil
        waiting.removeAll()
        deadline.disarm()
        if let ended {
            let wasOpen = ended.isOpen
            ended.isOpen = false
            if wasOpen { ended.receiver?.exchangeDidClose(ended) }
            ended.receiver = nil
        }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputDidEnd() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard phase == .serving, let parserError = error as? HTTPParserError else {
            context.close(promise: nil)
            return
        }
        if exchange != nil || !waiting.isEmpty {
            // What came whole is answered; only what follows is garbage.
            hasInputEnded = true
            return goOnWithoutInput()
        }
        let status: HTTPResponseStatus =
            switch parserError {
            case .headerOverflow: .requestHeaderFieldsTooLarge
            case .invalidVersion: .httpVersionNotSupported
            default: .badRequest
            }
        guard installCodec() else { return }
        let body = HTTPRefusal.body(of: status) ?? ByteBuffer()
        let headers: HTTPHeaders = [
            "Connection": "close", "Content-Type": HTTPRefusal.contentType, "Content-Length": "\(body.readableBytes)",
        ]
        context.write(
            Self.wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        linger()
    }

    func read(context: ChannelHandlerContext) {
        if isReadingHeld { pendingRead = true } else { context.read() }
    }

    // MARK: Requests

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes): receive(bytes)
        case .end: endRequest()
        }
    }

    func begin(_ received: HTTPRequestHead) {
        deadline.disarm()
        var head = received
        let fault = head.settle()
        let exchange = HTTPExchange(
            head: head, connection: self, eventLoop: loop.eventLoop, peerAddress: peerAddress)
        self.exchange = exchange
        requestEnded = false
        responseEnded = false
        discarded = 0
        keepsAlive = head.asksToKeepConnection && !loop.isDraining && fault == nil
        count(exchange)
        if head.announcesBody {
            bodyPace = BodyPace(start: loop.eventLoop.now)
            loop.bodyDeadlines.arm(deadline, owner: self)
        }
        if let fault {
            return exchange.respond(fault)
        } else if head.isAboutServer {
            exchange.respond(.noContent)
        } else {
            loop.shared.routes.service(for: head.uri).begin(exchange)
        }
        guard head.expectsContinue else { return }
        if exchange.hasStarted {
            // The client will not send the body it announced, or will: the end of the request cannot be told.
            closeAfterResponse()
        } else {
            let response = HTTPResponseHead(version: .http1_1, status: .continue)
            context?.writeAndFlush(Self.wrapOutboundOut(.head(response)), promise: nil)
        }
    }

    private func receive(_ bytes: ByteBuffer) {
        guard let exchange else { return }
        if responseEnded {
            discarded += bytes.readableBytes
            if discarded > loop.shared.limits.maxDiscardedBody { linger() }
            return
        }
        guard bodyPace.take(bytes.readableBytes, at: loop.eventLoop.now, loop.shared.limits) else { return abort() }
        loop.bodyDeadlines.arm(deadline, owner: self)
        exchange.receiver?.exchange(exchange, didReceiveBody: bytes)
    }

    func endRequest() {
        guard let exchange else { return }
        requestEnded = true
        deadline.disarm()
        if responseEnded {
            finish(exchange)
        } else {
            exchange.receiver?.exchangeDidReceiveEnd(exchange)
        }
    }

    private func hold(_ part: HTTPServerRequestPart) {
        if pendingRead, waitingBytes > loop.shared.limits.maxPipelinedBytes { return dropInput() }
        waitingBytes += part.keptBytes
        waiting.append(part)
        settleMemory()
    }

    /// Whether a part can be dealt with now. Whatever it waits for pumps.
    private func mayTake(_ part: HTTPServerRequestPart) -> Bool {
        guard exchange == nil || !requestEnded else { return false }
        guard case .head = part else { return true }
        guard !waitsInLane, let context, context.channel.isWritable else { return false }
        if let cost = strangersShare.takeDue() {
            waitsInLane = true
            loop.strangersLane.spend(cost, by: self)
            loop.strangersLane.wait(self)
            return false
        }
        guard let time = requestPace.wait(at: loop.eventLoop.now) else { return true }
        guard !isPaceTimed else { return false }
        isPaceTimed = true
        loop.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] () -> Void in
            self?.isPaceTimed = false
            self?.pump()
        }
        return false
    }

    /// Counts a request, for its connection and its address.
    private func count(_ exchange: HTTPExchange) {
        let (shared, now) = (loop.shared, loop.eventLoop.now)
        requestPace.charge(at: now, rate: shared.limits.requestsPerConnection)
        guard let stranger else { return }
        if isProxied {
            shared.registry.speak(stranger, for: AddressKey(exchange.remoteAddress))
        } else {
            shared.neighbours.look(at: exchange.head.headers, from: peerAddress)
        }
        exchange.isOverBudget = !shared.registry.charge(
            stranger, hasToken: exchange.head.headers.contains(name: "authorization"))
        // A proxy's connection is many clients', who do not wait for each other.
        guard !isProxied else { return }
        strangersShare.charge(at: now)
        if exchange.isOverBudget { requestPace.postpone(at: now) }
    }

    /// The request in hand costs the loop so much beside what any request does.
    func spend(_ cost: InputCost, on exchange: HTTPExchange) {
        guard exchange === self.exchange, !exchange.isVouched, !isProxied else { return }
        strangersShare.add(cost)
    }

    /// A valid token came with the request in hand.
    func vouch(for exchange: HTTPExchange) {
        guard exchange === self.exchange, !exchange.isVouched else { return }
        exchange.isVouched = true
        requestPace.refund(rate: loop.shared.limits.requestsPerConnection)
        strangersShare.refund()
        stranger?.vouch()
    }

    /// The exchange is over on both sides.
    private func finish(_ ended: HTTPExchange) {
        exchange = nil
        ended.receiver = nil
        pausedByExchange = false
        heldBody = 0
        if let stranger, ended.isVouched || isProxied { loop.shared.registry.rest(stranger) }
        guard phase == .serving else { return }
        guard keepsAlive, !loop.isDraining else { return linger() }
        // After an upgrade that was not taken the decoder reads no more, but for one that never saw it.
        if ended.head.stopsDecoder, !isReadUncoded {
            return hasInputEnded ? linger() : replaceDecoder()
        }
        isReadUncoded = false
        armIdle()
        decodeEarly()
        pump()
    }

    /// Takes what waited, until it is used up or a request of it awaits its answer.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        while phase == .serving, let part = waiting.first, mayTake(part) {
            waiting.removeFirst()
            waitingBytes -= part.keptBytes
            take(part)
        }
        isPumping = false
        settleMemory()
        if hasInputEnded { goOnWithoutInput() } else { resumeReadingIfFree() }
    }

    // MARK: Responses

    /// About what the head of a response takes.
    private static let headBytes = 256

    func writeHead(_ head: HTTPResponseHead, of exchange: HTTPExchange) {
        guard exchange === self.exchange, installCodec(), let context else { return }
        var head = head
        head.version = .http1_1
        if head.status.mayHaveBody, exchange.head.method != .HEAD {
            if !head.headers.contains(name: "content-length"), !head.headers.contains(name: "transfer-encoding") {
                if exchange.head.speaksHTTP11 {
                    head.headers.add(name: "Transfer-Encoding", value: "chunked")
                } else {
                    keepsAlive = false
                }
            }
        } else {
            head.headers.remove(name: "transfer-encoding")
            if !head.status.mayHaveBody, head.status.code != 304 { head.headers.remove(name: "content-length") }
        }
        if head.headers.lists("close", in: "connection") {
            keepsAlive = false
        } else if !keepsAlive || loop.isDraining {
            keepsAlive = false
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if !exchange.head.speaksHTTP11 {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        if !head.headers.contains(name: "date") { head.headers.add(name: "Date", value: loop.date.now()) }
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    }

    func writeBody(_ part: ByteBuffer, of exchange: HTTPExchange, promise: EventLoopPromise<Void>?) {
        guard exchange === self.exchange, let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard exchange.head.method != .HEAD, part.readableBytes > 0 else {
            promise?.succeed()
            return
        }
        let data = Self.wrapOutboundOut(.body(.byteBuffer(part)))
        guard let promise else {
            wholeBytes += part.readableBytes
            return context.write(data, promise: nil)
        }
        armStall(adding: part.readableBytes)
        countResponse(part.readableBytes, until: promise.futureResult)
        context.writeAndFlush(data, promise: promise)
        settleMemory()
    }

    func writeEnd(_ trailers: HTTPHeaders?, of exchange: HTTPExchange) {
        guard exchange === self.exchange, let context else { return }
        responseEnded = true
        spend(.bytes(wholeBytes), on: exchange)
        let written = context.eventLoop.makePromise(of: Void.self)
        countResponse(Self.headBytes + wholeBytes, until: written.futureResult)
        wholeBytes = 0
        context.writeAndFlush(Self.wrapOutboundOut(.end(trailers)), promise: written)
        settleMemory()
        if requestEnded {
            finish(exchange)
        } else if keepsAlive {
            pausedByExchange = false
            loop.bodyDeadlines.arm(deadline, owner: self)
            resumeReadingIfFree()
        } else {
            linger()
        }
    }

    func closeAfterResponse() {
        keepsAlive = false
        if responseEnded, phase == .serving { linger() }
    }

    func abort() {
        context?.close(promise: nil)
    }

    // MARK: Reading

    private var isReadingHeld: Bool {
        phase == .serving
            && (pausedByExchange || waitingBytes + early.readableBytes > loop.shared.limits.maxPipelinedBytes)
    }

    var requestHasEnded: Bool { exchange != nil && requestEnded }

    /// - Parameter bytes: what was read of the body and nobody takes for now.
    func setReadingPaused(_ isPaused: Bool, keeping bytes: Int = 0) {
        guard exchange != nil else { return }
        pausedByExchange = isPaused
        heldBody = bytes
        settleMemory()
        if isPaused {
            bodyPace.pause(at: loop.eventLoop.now)
            if !requestEnded { deadline.disarm() }
        } else {
            bodyPace.goOn(at: loop.eventLoop.now)
            if !requestEnded, phase == .serving { loop.bodyDeadlines.arm(deadline, owner: self) }
            resumeReadingIfFree()
        }
    }

    private func resumeReadingIfFree() {
        guard pendingRead, !isReadingHeld else { return }
        pendingRead = false
        context?.read()
    }
}

extension HTTPConnection: InputLaneUser {
    func laneTurn() {
        waitsInLane = false
        pump()
    }
}

@available(*, unavailable)
extension HTTPConnection: Sendable {}
