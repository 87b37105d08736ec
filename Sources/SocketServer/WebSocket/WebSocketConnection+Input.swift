public import NIOCore

/// Reading, at the pace that the loop's other connections, and whoever uses this one, can bear.
///
/// 1. What one read brought is taken in slices: a slice ends once it has cost ``InputCost/light``, and the rest waits
///    in the backlog.
/// 2. After a slice that cost so much the connection waits in its loop's ``InputLane``, and reads nothing meanwhile;
///    the kernel then holds the peer back.
/// 3. Nothing is read either while whoever uses it says so (``setReadingHeld(_:for:)``).
/// 4. Of many pings in one slice the first few and the last are answered, which RFC 6455 section 5.5.3 allows, in one
///    write with whatever else the slice brought about.
extension WebSocketConnection: InputLaneUser {
    /// What is longer, with the part of its message that came before, waits its turn where others of its kind cost much
    /// already.
    private static let longRead = 4 << 10
    /// Pings of a slice that are answered one by one: more than anybody sends who means it.
    private static let answeredPings = 16

    /// The longest message taken, in bytes, all fragments together; a longer one closes with 1009.
    public var maximumMessageSize: Int {
        get { decoder.maximumMessageSize }
        set { decoder.maximumMessageSize = newValue }
    }

    public func read(context: ChannelHandlerContext) {
        if machine.asksToRead() { context.read() }
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .finished else { return }
        // A copy of exactly the bytes that came: NIO keeps a reference to its own, larger buffer, and unmasking in that
        // would copy all of it.
        let read = Self.unwrapInboundIn(data)
        var bytes = ByteBuffer()
        bytes.writeImmutableBuffer(read)
        receive(bytes)
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        endBurst()
        context.fireChannelReadComplete()
    }

    func receive(_ bytes: ByteBuffer) {
        var bytes = bytes
        guard machine.holds.isEmpty, backlogBytes == 0 else { return keep(&bytes) }
        if bytes.readableBytes + decoder.keptBytes > Self.longRead, loop.lane.isBusy(for: self) {
            keep(&bytes)
            return waitInLane()
        }
        decoder.unmaskWholeFrames(in: &bytes)
        cost += .bytes(bytes.readableBytes)
        takeSlice(&bytes)
    }

    /// What comes although nothing was to be read: NIO reads all there is when the peer has closed its side.
    private func keep(_ bytes: inout ByteBuffer) {
        cost += .bytes(bytes.readableBytes)
        makeAside().backlog.writeBuffer(&bytes)
        settleInput()
        if backlogBytes > Self.maximumBacklog { abort() }
    }

    private var backlogBytes: Int { aside?.backlog.readableBytes ?? 0 }

    private func makeAside() -> InputAside {
        let aside = self.aside ?? InputAside()
        self.aside = aside
        return aside
    }

    private func takeBacklog() -> ByteBuffer {
        guard let aside else { return ByteBuffer() }
        defer { aside.backlog = ByteBuffer() }
        return aside.backlog
    }

    /// What a kernel holds at most that was left to itself.
    private static let maximumBacklog = 8 << 20

    /// Takes messages until they cost too much, or nobody wants more; the rest waits.
    private func takeSlice(_ bytes: inout ByteBuffer) {
        do throws(WebSocketViolation) {
            while state != .finished, machine.holds.isEmpty, cost < .light, let event = try decoder.next(from: &bytes) {
                handle(event)
            }
        } catch {
            bytes = ByteBuffer()
            perform(machine.fail(error))
        }
        cost += InputCost(nanoseconds: InputCost.frame.nanoseconds * Int64(decoder.takeFrameCount()))
        let spent = cost
        cost = .zero
        loop.lane.spend(spent, by: self)
        if state != .finished, bytes.readableBytes > 0 { makeAside().backlog = bytes }
        settleInput()
        if state != .finished, spent >= .light { waitInLane() }
    }

    private func waitInLane() {
        if machine.waitInLane() { loop.lane.wait(self) }
    }

    public func laneTurn() {
        machine.laneTurn()
        goOnReading()
    }

    /// At the end of the connection: what is left over from before, one slice of it.
    func takeLastSlice() {
        guard state == .open, backlogBytes > 0 else { return }
        machine.releaseAll()
        var bytes = takeBacklog()
        takeSlice(&bytes)
        endBurst()
    }

    /// Where nothing holds it back: takes what waits, or reads on.
    private func goOnReading() {
        guard machine.mayGoOn else { return }
        if backlogBytes > 0 {
            var bytes = takeBacklog()
            takeSlice(&bytes)
            endBurst()
        }
        if machine.takePendingRead() { context?.read() }
    }

    /// Stops reading for this reason, or goes on where it was the last one: in a later turn of the loop.
    public func setReadingHeld(_ isHeld: Bool, for reason: Holds) {
        if machine.setHeld(isHeld, for: reason) { goOnLater() }
    }

    func goOnLater() {
        guard machine.mayGoOn else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.goOnReading() }
    }

    func dropInput() {
        aside = nil
        decoder.removeAll()
        settleInput()
    }

    /// What handling the message at work costs, besides its bytes.
    public func spend(_ cost: InputCost) { self.cost += cost }

    private func settleInput() {
        let kept = backlogBytes + decoder.keptBytes
        guard kept != chargedInput, let account else { return }
        let change = kept - chargedInput
        chargedInput = kept
        account.chargeUnfinished(change)
    }

    // MARK: Messages

    /// What came together is delivered.
    func endBurst() {
        if let aside {
            if let ping = aside.unansweredPing { answer(ping) }
            aside.unansweredPing = nil
            aside.pings = 0
            if aside.backlog.readableBytes == 0 { self.aside = nil }
        }
        if state == .open { delegate?.webSocketDidReceiveBurst(self) }
        if !output.isEmpty { flush() }
    }

    private func answer(_ ping: ByteBuffer) {
        // A peer that pings and does not read must not fill memory with pongs, where no account bounds it.
        if state == .open, unsentBytes < 1 << 20 { append(WebSocketFrame.pong(ping), isCounted: true) }
    }

    private func handle(_ event: WebSocketEvent) {
        switch event {
        case .text(let text):
            cost += .packet
            if state == .open { delegate?.webSocket(self, didReceiveText: text) }
        case .binary(let binary):
            cost += .packet
            if state == .open { delegate?.webSocket(self, didReceiveBinary: binary) }
        case .ping(let payload):
            let aside = makeAside()
            aside.pings += 1
            if aside.pings <= Self.answeredPings { answer(payload) } else { aside.unansweredPing = payload }
        case .pong:
            break
        case .close(let code):
            perform(machine.peerCloses(code))
        }
    }
}
