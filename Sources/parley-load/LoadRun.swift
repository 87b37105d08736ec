import NIOCore
import NIOPosix

/// One run: connects, loads, measures. Bound to its one loop.
final class LoadRun {
    private struct Sent {
        let at: NIODeadline
        var expected: Int
        var received = 0
        var acked = false
        let measured: Bool
    }

    let options: LoadOptions
    private let clients: [TokensFile.Client]
    private let eventLoop: any EventLoop
    private let address: SocketAddress
    private let host: String
    private var connections: [LoadConnection] = []
    private var senders: [LoadConnection] = []
    private var membersUp: [String: Int] = [:]
    private var started = 0
    private var underWay = 0
    private var messages: [Sent] = []
    private var open = 0
    private var isLoading = false
    private var isMeasuring = false
    private var nextSender = 0
    private let filler: String
    private var waiter: (condition: () -> Bool, promise: EventLoopPromise<Void>)?
    private(set) var figures = Figures()

    struct Figures {
        var connected = 0
        var failed = 0
        var dropped = 0
        var acked = 0
        var deliveries = 0
        var errors = 0
        var duplicated = 0
        var firstError: String?
        var connectTimes = Histogram()
        var ackTimes = Histogram()
        var deliveryTimes = Histogram()
    }

    init(
        options: LoadOptions, clients: [TokensFile.Client], address: SocketAddress, host: String, on loop: any EventLoop
    ) {
        self.options = options
        self.clients = clients
        self.address = address
        self.host = host
        eventLoop = loop
        filler = String(repeating: "x", count: max(0, options.size - 32))
    }

    // MARK: Connecting

    func connectAll() -> EventLoopFuture<Void> {
        startMore()
        return wait { self.started == self.clients.count && self.underWay == 0 }
    }

    private func startMore() {
        while started < clients.count, underWay < options.parallel {
            let connection = LoadConnection(number: started, client: clients[started], host: host, run: self)
            started += 1
            underWay += 1
            let bound = NIOLoopBound(connection, eventLoop: eventLoop)
            let bootstrap = ClientBootstrap(group: eventLoop)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(bound.value)
                    }
                }
            connections.append(connection)
            bootstrap.connect(to: address).assumeIsolated().whenFailure { error in
                self.lost(connection, wasUp: false, reason: "\(error)")
            }
        }
    }

    func connected(_ connection: LoadConnection, after time: TimeAmount) {
        underWay -= 1
        figures.connected += 1
        figures.connectTimes.record(time.nanoseconds)
        for chat in connection.client.chats { membersUp[chat, default: 0] += 1 }
        startMore()
        look()
    }

    func lost(_ connection: LoadConnection, wasUp: Bool, reason: String) {
        if figures.firstError == nil { figures.firstError = reason }
        if wasUp {
            figures.dropped += 1
            for chat in connection.client.chats { membersUp[chat, default: 1] -= 1 }
        } else {
            figures.failed += 1
            underWay -= 1
            startMore()
        }
        look()
    }

    // MARK: Loading

    func startLoad() {
        let able = connections.filter { $0.isUp && !$0.client.chats.isEmpty }
        let count = min(options.senders, able.count)
        senders = (0..<count).map { able[$0 * able.count / count] }
        isLoading = true
        if options.scenario == .rate {
            sendAtRate(from: .now(), sent: 0)
        } else {
            for sender in senders { topUp(sender) }
        }
    }

    func stopLoad() { isLoading = false }
    func measure(_ flag: Bool) { isMeasuring = flag }

    private var windowNow: Int { options.scenario == .latency ? 1 : options.window }

    private func topUp(_ sender: LoadConnection) {
        if options.scenario == .latency, sender !== senders.first { return }
        while isLoading, sender.isUp, sender.inFlight < windowNow { send(by: sender) }
    }

    private func send(by sender: LoadConnection) {
        let now = NIODeadline.now()
        let expected = membersUp[sender.upcomingChat] ?? 0
        messages.append(Sent(at: now, expected: expected, measured: isMeasuring))
        open += 1
        let id = messages.count - 1
        let digits = String(id)
        let marker = "@id=" + String(repeating: "0", count: 16 - digits.count) + digits + "@"
        sender.sendMessage(id: id, content: marker + filler)
    }

    private func sendAtRate(from start: NIODeadline, sent: Int) {
        guard isLoading else { return }
        let elapsed = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        var count = sent
        while Double(count) < elapsed * options.rate, !senders.isEmpty {
            send(by: senders[nextSender % senders.count])
            nextSender += 1
            count += 1
        }
        let reached = count
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { () -> Void in
            self.sendAtRate(from: start, sent: reached)
        }
    }

    // MARK: What comes back

    func acked(by connection: LoadConnection, _ payload: ByteBuffer) {
        let digits = payload.readableBytesView.dropFirst(2).prefix { (0x30...0x39).contains($0) }
        guard let id = Int(String(decoding: digits, as: UTF8.self)), messages.indices.contains(id),
            !messages[id].acked
        else { return figures.errors += 1 }
        connection.inFlight -= 1
        messages[id].acked = true
        let head = String(decoding: payload.readableBytesView.prefix(120), as: UTF8.self)
        if head.contains("\"ok\":false") {
            figures.errors += 1
            if figures.firstError == nil { figures.firstError = head }
            messages[id].expected = messages[id].received
        }
        if isMeasuring { figures.acked += 1 }
        if messages[id].measured { figures.ackTimes.record((NIODeadline.now() - messages[id].at).nanoseconds) }
        settle(id)
    }

    func delivered(to connection: LoadConnection, _ payload: ByteBuffer) {
        if isMeasuring { figures.deliveries += 1 }
        let mark = Array("@id=".utf8)
        let view = payload.readableBytesView
        guard
            let at = view.indices.first(where: { view[$0] == mark[0] && view[$0...].starts(with: mark) }),
            let id = Int(String(decoding: view[(at + 4)...].prefix(16), as: UTF8.self)), messages.indices.contains(id)
        else { return }
        messages[id].received += 1
        if messages[id].received > messages[id].expected { figures.duplicated += 1 }
        if messages[id].measured { figures.deliveryTimes.record((NIODeadline.now() - messages[id].at).nanoseconds) }
        settle(id)
    }

    private func settle(_ id: Int) {
        if messages[id].acked, messages[id].received == messages[id].expected { open -= 1 }
        look()
    }

    func afterRead(_ connection: LoadConnection) {
        if isLoading, options.scenario != .rate, senders.contains(where: { $0 === connection }) { topUp(connection) }
    }

    var measuredAcks: UInt64 { figures.ackTimes.count }
    var lost: Int { messages.reduce(0) { $0 + max(0, $1.expected - $1.received) } }
    var unacked: Int { messages.count { !$0.acked } }

    // MARK: Waiting

    /// Succeeds when `condition` holds, or after 20 s.
    func wait(for condition: @escaping () -> Bool) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        waiter = (condition, promise)
        eventLoop.scheduleTask(in: .seconds(20)) { promise.succeed(()) }
        look()
        return promise.futureResult
    }

    func drained() -> EventLoopFuture<Void> { wait { self.open == 0 } }

    private func look() {
        if let waiter, waiter.condition() {
            self.waiter = nil
            waiter.promise.succeed(())
        }
    }

    func closeAll() { for connection in connections { connection.close() } }
}

@available(*, unavailable)
extension LoadRun: Sendable {}
