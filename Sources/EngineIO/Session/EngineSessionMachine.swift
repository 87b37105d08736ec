import NIOCore

/// What an Engine.IO session may do next: transport, upgrade, requests, heartbeat, close, without the bytes.
///
/// 1. A session begins on polling or on WebSocket. On polling at most one GET waits (`poll`) and one POST is being read
///    (`post`); a second of either, or one that is broken off, ends the session.
/// 2. A WebSocket may come as a candidate. It has to say `2probe`, is answered `3probe`, and the parked GET is let go
///    with a noop, as the client wants its polling at rest; then `5` makes it the transport. Anything else drops the
///    candidate and the session stays on polling. Only one candidate at a time, and none after an upgrade.
/// 3. The server pings one interval after the handshake or the last pong, and ends the session when no pong came in
///    time.
/// 4. A close on polling waits (`closing`) for GETs that fetch what was sent, and for one more: the `1` is in a
///    response of its own, as the reference has it. A client that finds it behind other packets handles it first, and
///    those are lost to it: its library hands messages on in a later turn.
struct EngineSessionMachine: Sendable {
    typealias RequestID = UInt64

    enum Phase: Sendable { case open, closing, closed }
    enum Candidate: Sendable { case none, silent, probed }
    enum Heartbeat: Sendable { case pingAwaited, pongAwaited }

    /// What to do with a GET.
    enum PollVerdict: Equatable, Sendable {
        /// Keep it until there is something to say.
        case park
        /// Keep it; unless answered by then, send a noop after this time: the client was sent one just now.
        case parkThenNoop(TimeAmount)
        /// Answer with what is queued.
        case answer
        case noop
        /// Answer with what is queued; the `1` goes with the next GET.
        case answerBeforeClose
        /// Answer with a `1`; the session is gone then.
        case close
        /// Another transport is in use: code 3, the session lives on.
        case refuse
        /// Code 3, and the session ends as a transport error.
        case refuseAndClose
        /// There is no session any more: code 1.
        case unknown
    }

    /// What to do with a POST at its beginning.
    enum PostVerdict: Equatable, Sendable { case read, refuse, refuseAndClose, unknown }

    /// What a packet on the session's transport means.
    enum PacketVerdict: Equatable, Sendable {
        case deliver
        /// A pong: the next ping is one interval away.
        case rearmPing
        case ignore
        case close(EngineCloseReason)
    }

    /// What a packet on the candidate means.
    enum CandidateVerdict: Equatable, Sendable {
        /// Send `3probe`, and a noop to this GET.
        case answerProbe(parked: RequestID?)
        /// It is the transport now; a noop to this GET.
        case promote(parked: RequestID?)
        case drop
    }

    enum HeartbeatVerdict: Equatable, Sendable { case ping, timeout, none }

    /// How often, at most, a client that keeps polling while it upgrades is sent a noop; the reference's interval.
    static let noopInterval = TimeAmount.milliseconds(100)

    private(set) var phase = Phase.open
    private(set) var transport: EngineTransport
    private(set) var candidate = Candidate.none
    private(set) var heartbeat = Heartbeat.pingAwaited
    private(set) var poll: RequestID?
    private(set) var post: RequestID?
    private var lastNoop: NIODeadline?

    init(transport: EngineTransport) {
        self.transport = transport
    }

    // MARK: Polling

    mutating func pollArrived(_ id: RequestID, hasQueued: Bool, now: NIODeadline) -> PollVerdict {
        switch phase {
        case .closed: return .unknown
        case .closing:
            if hasQueued { return .answerBeforeClose }
            phase = .closed
            return .close
        case .open: break
        }
        guard transport == .polling else { return .refuse }
        guard poll == nil else { return .refuseAndClose }
        if hasQueued { return .answer }
        if candidate == .probed {
            guard let last = lastNoop, now - last < Self.noopInterval else {
                lastNoop = now
                return .noop
            }
            poll = id
            return .parkThenNoop(Self.noopInterval - (now - last))
        }
        poll = id
        return .park
    }

    /// The noop of ``PollVerdict/parkThenNoop(_:)`` is due. Returns the GET it goes to, if that still waits for it.
    mutating func noopDue(_ id: RequestID, now: NIODeadline) -> RequestID? {
        guard phase == .open, candidate == .probed, poll == id else { return nil }
        lastNoop = now
        return takePoll()
    }

    /// The parked GET, which is answered with this call.
    mutating func takePoll() -> RequestID? {
        defer { poll = nil }
        return poll
    }

    /// Its connection ended. True: the session ends as a transport error.
    mutating func pollAborted(_ id: RequestID) -> Bool {
        guard poll == id else { return false }
        poll = nil
        return phase == .open
    }

    mutating func postArrived(_ id: RequestID) -> PostVerdict {
        guard phase == .open else { return .unknown }
        guard transport == .polling else { return .refuse }
        guard post == nil else { return .refuseAndClose }
        post = id
        return .read
    }

    /// Whether the session is there to take it, now that it is whole.
    func isBeingRead(_ id: RequestID) -> Bool { post == id && phase == .open && transport == .polling }

    /// All of it was taken. False: the session was no longer there.
    mutating func postEnded(_ id: RequestID) -> Bool {
        guard post == id else { return false }
        post = nil
        return phase == .open && transport == .polling
    }

    /// Its connection ended. True: the session ends as a transport error.
    mutating func postAborted(_ id: RequestID) -> Bool {
        guard post == id else { return false }
        post = nil
        return phase == .open && transport == .polling
    }

    // MARK: Packets

    /// A packet on the session's transport.
    mutating func received(_ packet: EnginePacket?) -> PacketVerdict {
        guard phase == .open else { return .ignore }
        switch packet {
        case .text, .binary: return .deliver
        case .pong:
            // One that nobody asked for keeps nobody alive.
            guard heartbeat == .pongAwaited else { return .ignore }
            heartbeat = .pingAwaited
            return .rearmPing
        case .close: return .close(.transportClose)
        case .ping: return .close(.transportError)
        case .open, .upgrade, .noop: return .ignore
        case nil: return .close(.parseError)
        }
    }

    // MARK: Upgrade

    /// A WebSocket came for this session. False: it is closed at once.
    mutating func candidateArrived() -> Bool {
        guard phase == .open, transport == .polling, candidate == .none else { return false }
        candidate = .silent
        lastNoop = nil
        return true
    }

    mutating func candidateReceived(_ packet: EnginePacket?, now: NIODeadline) -> CandidateVerdict {
        guard phase == .open, candidate != .none else { return .drop }
        switch packet {
        case .ping(let data) where data == ByteBuffer(string: "probe"):
            candidate = .probed
            if poll != nil { lastNoop = now }
            return .answerProbe(parked: takePoll())
        case .upgrade:
            candidate = .none
            transport = .websocket
            return .promote(parked: takePoll())
        default:
            candidate = .none
            return .drop
        }
    }

    /// The candidate is gone, or its time is up. True: there was one.
    mutating func candidateEnded() -> Bool {
        defer { candidate = .none }
        return candidate != .none
    }

    // MARK: Heartbeat

    /// The deadline of the heartbeat passed.
    mutating func heartbeatDue() -> HeartbeatVerdict {
        guard phase == .open else { return .none }
        guard heartbeat == .pingAwaited else { return .timeout }
        heartbeat = .pongAwaited
        return .ping
    }

    // MARK: Close

    /// The session ends. True: it did not before.
    ///
    /// - Parameter lingers: on polling what was sent, and the `1` after it, waits for GETs. A parked one takes what is
    ///   queued, or else the `1` at once.
    mutating func close(lingers: Bool, hasQueued: Bool) -> Bool {
        guard phase == .open else { return false }
        phase = lingers && transport == .polling && (poll == nil || hasQueued) ? .closing : .closed
        return true
    }

    /// Nobody fetched what was left. True: it waited.
    mutating func lingerEnded() -> Bool {
        guard phase == .closing else { return false }
        phase = .closed
        return true
    }
}
