import NIOCore
import NIOHTTP1

/// One connection's requests, answered one after the other (RFC 9112), as an ``HTTPConnectionMachine`` decides.
///
/// 1. A request's head makes an ``HTTPExchange`` and goes to its route; body and end follow.
/// 2. Requests that arrive while one is answered (pipelining) wait as parts, up to a bound, then reading stops. They
///    wait too while the client does not take what was answered, and while the connection asks faster than its rate or
///    its address than its budget.
/// 3. A response that ends before its request: the rest of the body is thrown away, up to a bound. Past it, or when the
///    connection is not to be kept, the output is closed first and what comes is read and dropped until the client
///    closes too; closing at once would let a reset overtake the response.
/// 4. An upgrade ends this handler's part: it leaves the pipeline to the WebSocket.
/// 5. A client that has closed its side gets the answers to what it sent whole, but those that may be long in coming
///    (``HTTPExchangeReceiver/outlivesInput``): see `HTTPConnection+End.swift`.
/// 6. Requests that no token vouches for are paid for in the lane of strangers: after a few the connection waits its
///    turn there, so that all floods together take a share of the loop, whatever their number.
///
/// The first request may be read without a codec: see `HTTPConnection+FirstRequest.swift`.
final class HTTPConnection: ChannelDuplexHandler, RemovableChannelHandler, DeadlineOwner {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    let loop: LoopContext
    let isTLS: Bool
    /// What reads and writes HTTP for it, before it in the pipeline; `nil` until something needs it.
    var codec: HTTPCodec?
    var machine = HTTPConnectionMachine()
    var phase: HTTPConnectionMachine.Phase { machine.phase }
    /// What came after a request that was read without the codec, while it is not decided what that is; before that,
    /// the part of its head that came.
    var early = ByteBuffer()
    /// In how many reads that came so far.
    var headPieces = 0
    private(set) var context: ChannelHandlerContext?
    var peerAddress: SocketAddress?
    /// Its place among the connections; `nil` once something else has it.
    var stranger: Stranger?
    /// Whether a trusted proxy is at the other end.
    let isProxied: Bool
    var exchange: HTTPExchange?
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
        guard machine.takesInput else { return }
        guard let codec else { return receiveUncoded(LeftOverCollector.unwrapInboundIn(data)) }
        let part = Self.unwrapInboundIn(data)
        codec.decoded(part)
        if machine.waiting.isEmpty, mayTake(part) { handle(part) } else { hold(part) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { pump() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let ended = exchange
        machine.channelClosed()
        closeAccount()
        stranger?.leave()
        stranger = nil
        exchange = nil
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
        // What came whole is answered; only what follows is garbage.
        if machine.garbageCame() { return goOnWithoutInput() }
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
        if machine.asksToRead(kept: early.readableBytes, limit: loop.shared.limits.maxPipelinedBytes) {
            context.read()
        }
    }

    // MARK: Requests

    private func handle(_ part: HTTPServerRequestPart) {
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
        machine.begin(keepsAlive: head.asksToKeepConnection && !loop.isDraining && fault == nil)
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
        switch machine.body(bytes.readableBytes, discardLimit: loop.shared.limits.maxDiscardedBody) {
        case .deliver: break
        case .discard: return
        case .linger: return linger()
        }
        guard let exchange else { return }
        guard bodyPace.receive(bytes.readableBytes, at: loop.eventLoop.now, loop.shared.limits) else { return abort() }
        loop.bodyDeadlines.arm(deadline, owner: self)
        exchange.receiver?.exchange(exchange, didReceiveBody: bytes)
    }

    func endRequest() {
        guard let exchange else { return }
        deadline.disarm()
        switch machine.endRequest() {
        case .nothing: break
        case .tellReceiver: exchange.receiver?.exchangeDidReceiveEnd(exchange)
        case .finish: finish(exchange)
        }
    }

    private func hold(_ part: HTTPServerRequestPart) {
        guard machine.hold(part, limit: loop.shared.limits.maxPipelinedBytes) else { return dropInput() }
        settleMemory()
    }

    /// Whether a part can be dealt with now.
    private func mayTake(_ part: HTTPServerRequestPart) -> Bool {
        switch machine.readiness(of: part) {
        case .now: return true
        case .later: return false
        case .ifItMayBegin: return mayBegin()
        }
    }

    /// Whether the connection may ask for one more now. Whatever it waits for pumps.
    private func mayBegin() -> Bool {
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
        heldBody = 0
        let next = machine.finish(isDraining: loop.isDraining, stopsDecoder: ended.head.stopsDecoder)
        if let stranger, ended.isVouched || isProxied { loop.shared.registry.rest(stranger) }
        switch next {
        case .nothing: break
        case .linger: linger()
        case .replaceDecoder: replaceDecoder()
        case .request:
            armIdle()
            decodeEarly()
            pump()
        }
    }

    /// Takes what waited, until it is used up or a request of it awaits its answer.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        while phase == .serving, let first = machine.waiting.first, mayTake(first),
            let part = machine.takeWaiting()
        {
            handle(part)
        }
        isPumping = false
        settleMemory()
        if machine.hasInputEnded { goOnWithoutInput() } else { resumeReadingIfFree() }
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
                    machine.keepNoLonger()
                }
            }
        } else {
            head.headers.remove(name: "transfer-encoding")
            if !head.status.mayHaveBody, head.status.code != 304 { head.headers.remove(name: "content-length") }
        }
        if head.headers.lists("close", in: "connection") {
            machine.keepNoLonger()
        } else if !machine.keepsAlive || loop.isDraining {
            machine.keepNoLonger()
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
        machine.responseEnds()
        spend(.bytes(wholeBytes), on: exchange)
        let written = context.eventLoop.makePromise(of: Void.self)
        countResponse(Self.headBytes + wholeBytes, until: written.futureResult)
        wholeBytes = 0
        context.writeAndFlush(Self.wrapOutboundOut(.end(trailers)), promise: written)
        settleMemory()
        switch machine.afterResponse() {
        case .finish: finish(exchange)
        case .linger: linger()
        case .readRest:
            loop.bodyDeadlines.arm(deadline, owner: self)
            resumeReadingIfFree()
        }
    }

    func closeAfterResponse() {
        if machine.closeAfterResponse() { linger() }
    }

    func abort() {
        context?.close(promise: nil)
    }

    // MARK: Reading

    /// - Parameter bytes: what was read of the body and nobody takes for now.
    func setReadingPaused(_ isPaused: Bool, keeping bytes: Int = 0) {
        guard machine.setPaused(isPaused) else { return }
        heldBody = bytes
        settleMemory()
        if isPaused {
            bodyPace.pause(at: loop.eventLoop.now)
            if !machine.requestEnded { deadline.disarm() }
        } else {
            bodyPace.goOn(at: loop.eventLoop.now)
            if !machine.requestEnded, phase == .serving { loop.bodyDeadlines.arm(deadline, owner: self) }
            resumeReadingIfFree()
        }
    }

    private func resumeReadingIfFree() {
        let limit = loop.shared.limits.maxPipelinedBytes
        if machine.takePendingRead(kept: early.readableBytes, limit: limit) { context?.read() }
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
