import NIOCore
import NIOHTTP1

/// Where one HTTP connection is: what comes in goes into it, and what is to be done comes out; ``HTTPConnection`` does
/// it. It knows no channel, no time and no exchange but whether there is one; what it needs of these it is told.
///
/// 1. One request is in hand at a time. It is over when it has come whole and its response has gone whole, in whichever
///    order; then the connection takes the next, lingers, or gets a new decoder.
/// 2. What comes meanwhile waits as parts. Past the bound nothing is read; what comes all the same (NIO reads all there
///    is once the client has closed its side) is dropped, but for requests that came whole.
/// 3. Once the client sends no more, what came whole is answered, and then the connection ends.
/// 4. A connection that lingers answers nothing more, and closes its side when all is written.
struct HTTPConnectionMachine {
    enum Phase: Equatable {
        case serving
        /// Nothing more is answered; input is dropped until the client closes.
        case lingering
        /// A WebSocket, or a new decoder's connection, takes over.
        case leaving
        case closed
    }

    private(set) var phase = Phase.serving
    /// The request in hand was read without the codec.
    private(set) var isReadUncoded = false
    private(set) var keepsAlive = true
    /// The client sends no more; it may still read.
    private(set) var hasInputEnded = false
    /// Parts that wait for the request in hand, and about what it takes to keep them.
    private(set) var waiting = CircularBuffer<HTTPServerRequestPart>()
    private(set) var waitingBytes = 0
    /// Whoever answers takes no more of the body for now.
    private(set) var isPaused = false
    private(set) var hasExchange = false
    /// Of the request in hand, or the last one.
    private(set) var requestEnded = false
    private var responseEnded = false
    /// Bytes of a body that came after its answer.
    private var discarded = 0
    /// More came than is kept: nothing more is looked at.
    private var dropsInput = false
    private var readIsPending = false
    private var hasClosedOutput = false
    /// What was unsent when the client's taking was last looked at; `nil`: it was not.
    private var unsentBefore: Int?

    /// Whether what comes is looked at.
    var takesInput: Bool { phase == .serving && !dropsInput }

    /// Whether a request waits for its answer alone.
    var awaitsAnswer: Bool { hasExchange && requestEnded }

    // MARK: Requests

    enum Readiness: Equatable {
        case now
        /// It begins a request: if the connection may ask for one more now.
        case ifItMayBegin
        /// Once the request in hand is over.
        case later
    }

    func readiness(of part: HTTPServerRequestPart) -> Readiness {
        if awaitsAnswer { return .later }
        if case .head = part { return .ifItMayBegin }
        return .now
    }

    /// - Returns: `false` when no more is kept: ``dropInput()``.
    mutating func hold(_ part: HTTPServerRequestPart, limit: Int) -> Bool {
        if readIsPending, waitingBytes > limit { return false }
        waitingBytes += part.keptBytes
        waiting.append(part)
        return true
    }

    mutating func takeWaiting() -> HTTPServerRequestPart? {
        guard let part = waiting.popFirst() else { return nil }
        waitingBytes -= part.keptBytes
        return part
    }

    /// From now on nothing that comes is looked at, nor what came of a request that is not whole.
    mutating func dropInput() {
        dropsInput = true
        while let part = waiting.last, !part.isEnd {
            waiting.removeLast()
            waitingBytes -= part.keptBytes
        }
    }

    /// - Parameter keepsAlive: whether the connection may be kept after its answer.
    mutating func begin(keepsAlive: Bool) {
        hasExchange = true
        requestEnded = false
        responseEnded = false
        discarded = 0
        self.keepsAlive = keepsAlive
    }

    /// The request that begins was read without the codec.
    mutating func readUncoded() { isReadUncoded = true }

    enum BodyStep: Equatable {
        case deliver
        case discard
        case linger
    }

    mutating func body(_ count: Int, discardLimit: Int) -> BodyStep {
        guard hasExchange else { return .discard }
        guard responseEnded else { return .deliver }
        discarded += count
        return discarded > discardLimit ? .linger : .discard
    }

    enum RequestEnd: Equatable {
        case nothing
        case tellReceiver
        /// The answer went before: ``finish(isDraining:stopsDecoder:)``.
        case finish
    }

    mutating func endRequest() -> RequestEnd {
        guard hasExchange else { return .nothing }
        requestEnded = true
        return responseEnded ? .finish : .tellReceiver
    }

    // MARK: Responses

    /// The connection is not to be kept after the response in hand.
    mutating func keepNoLonger() { keepsAlive = false }

    /// The end of the response is written now.
    mutating func responseEnds() { responseEnded = true }

    enum ResponseEnd: Equatable {
        case finish
        /// The rest of the request is read and dropped.
        case readRest
        case linger
    }

    mutating func afterResponse() -> ResponseEnd {
        if requestEnded { return .finish }
        guard keepsAlive else { return .linger }
        isPaused = false
        return .readRest
    }

    /// - Returns: whether to linger at once, the response being out.
    mutating func closeAfterResponse() -> Bool {
        keepsAlive = false
        return responseEnded && phase == .serving
    }

    enum Next: Equatable {
        case nothing
        case linger
        /// NIO's decoder parses no more after a request that named another protocol.
        case replaceDecoder
        case request
    }

    /// The exchange is over on both sides.
    mutating func finish(isDraining: Bool, stopsDecoder: Bool) -> Next {
        hasExchange = false
        isPaused = false
        guard phase == .serving else { return .nothing }
        guard keepsAlive, !isDraining else { return .linger }
        if stopsDecoder, !isReadUncoded { return hasInputEnded ? .linger : .replaceDecoder }
        isReadUncoded = false
        return .request
    }

    // MARK: The end

    /// The client has closed its side, or what follows is not looked at.
    ///
    /// - Returns: whether anything is to be done about it: ``goOnWithoutInput(_:)``.
    mutating func inputEnds() -> Bool {
        guard phase == .serving else { return false }
        hasInputEnded = true
        readIsPending = false
        return true
    }

    /// Garbage came.
    ///
    /// - Returns: whether something that came before it is answered first: ``goOnWithoutInput(_:)``; otherwise the
    ///   garbage is.
    mutating func garbageCame() -> Bool {
        guard hasExchange || !waiting.isEmpty else { return false }
        hasInputEnded = true
        return true
    }

    /// What the exchange in hand says of itself.
    struct Answer: Equatable {
        /// Whoever answers wants to, for a client that sends no more.
        var outlivesInput: Bool
        var hasStarted: Bool
        /// It has no end yet.
        var isOpen: Bool
    }

    enum WithoutInput: Equatable {
        case nothing
        case linger
        case abort
        /// Whoever answers is to learn, before long, of a client that is gone.
        case armStall
        /// The rest of the body will not come, or breaks the rules, and no answer has begun: 400.
        case refuse
    }

    /// - Parameter answer: of the exchange in hand.
    mutating func goOnWithoutInput(_ answer: Answer?) -> WithoutInput {
        guard phase == .serving else { return .nothing }
        guard let answer else { return waiting.isEmpty ? .linger : .nothing }
        if requestEnded {
            guard answer.outlivesInput else { return .abort }
            return answer.hasStarted ? .nothing : .armStall
        }
        guard waiting.isEmpty else { return .nothing }
        guard answer.isOpen else { return .linger }
        guard !answer.hasStarted else { return .abort }
        keepsAlive = false
        return .refuse
    }

    /// - Returns: whether it begins now.
    mutating func linger() -> Bool {
        guard phase == .serving else { return false }
        phase = .lingering
        waiting.removeAll()
        waitingBytes = 0
        unsentBefore = nil
        return true
    }

    /// Everything is written.
    ///
    /// - Returns: whether our side is closed now; otherwise the connection is.
    mutating func everythingIsWritten() -> Bool {
        guard phase == .lingering else { return false }
        hasClosedOutput = true
        return true
    }

    enum Upgrade: Equatable {
        case nothing
        case abort
        case leave
    }

    mutating func upgrade() -> Upgrade {
        guard phase == .serving else { return .nothing }
        guard !hasInputEnded else { return .abort }
        leave()
        return .leave
    }

    /// Another has the channel.
    mutating func leave() {
        phase = .leaving
        hasExchange = false
    }

    mutating func channelClosed() {
        phase = .closed
        hasExchange = false
        waiting.removeAll()
        waitingBytes = 0
    }

    // MARK: Deadlines

    enum Deadline: Equatable {
        case nothing
        case close
        case linger
        case wait
    }

    /// From now on the client is to take what is unsent.
    ///
    /// - Returns: whether that is to be watched; not while a request comes, which has a time of its own.
    mutating func watchUnsent(_ bytes: @autoclosure () -> Int) -> Bool {
        guard requestEnded else { return false }
        unsentBefore = bytes()
        return true
    }

    mutating func stopWatching() { unsentBefore = nil }

    /// - Parameters:
    ///   - isBuffered: whether the channel has something that the kernel did not take.
    ///   - unsent: bytes here and in the kernel.
    ///   - leastTaken: bytes that a client takes in the time, if it is slow and not gone.
    mutating func deadlineReached(
        isBuffered: Bool, unsent: @autoclosure () -> Int, leastTaken: Int, isDraining: Bool, hasStarted: Bool
    ) -> Deadline {
        if phase == .lingering, hasClosedOutput { return .close }
        if isBuffered {
            if !hasExchange, isDraining, phase == .serving { return .linger }
            let unsent = unsent()
            if let unsentBefore, unsentBefore - unsent < leastTaken { return .close }
            unsentBefore = unsent
            return .wait
        }
        // The client closed its side, and the answer has not begun.
        let isWaitedForInVain = hasInputEnded && hasExchange && !hasStarted
        let isOver = phase == .lingering || !hasExchange || !requestEnded || isWaitedForInVain
        return isOver ? .close : .nothing
    }

    // MARK: Reading

    /// - Parameter kept: bytes that wait here, beside the parts that do.
    private func isHeld(kept: Int, limit: Int) -> Bool {
        phase == .serving && (isPaused || waitingBytes + kept > limit)
    }

    /// The channel asks to read.
    ///
    /// - Returns: whether it may; otherwise it is to once it may: ``takePendingRead(kept:limit:)``.
    mutating func asksToRead(kept: Int, limit: Int) -> Bool {
        let isHeld = isHeld(kept: kept, limit: limit)
        if isHeld { readIsPending = true }
        return !isHeld
    }

    mutating func takePendingRead(kept: Int, limit: Int) -> Bool {
        !isHeld(kept: kept, limit: limit) && takePendingRead()
    }

    /// As the other, whatever waits.
    mutating func takePendingRead() -> Bool {
        defer { readIsPending = false }
        return readIsPending
    }

    /// - Returns: `false` when there is no exchange whose body that is.
    mutating func setPaused(_ isPaused: Bool) -> Bool {
        guard hasExchange else { return false }
        self.isPaused = isPaused
        return true
    }
}
