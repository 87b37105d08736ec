import ArgumentParser

/// `parley-load`: a load generator for Parley, and for any Socket.IO 4 server that answers `message:send`.
struct LoadOptions: ParsableArguments {
    enum Scenario: String, ExpressibleByArgument, CaseIterable {
        /// Connects everybody and holds them.
        case connect
        /// Each sender keeps `--window` messages unanswered.
        case fanout
        /// `--rate` messages a second over all senders, open loop.
        case rate
        /// One message at a time.
        case latency
    }

    @Option(help: "Where the server is; loopback only.")
    var url = "http://127.0.0.1:5000"

    @Option(help: "File with a line '<token> <chatId>[,<chatId>…]' for each client.")
    var tokens: String

    @Option(help: "connect, fanout, rate or latency.")
    var scenario = Scenario.fanout

    @Option(help: "How many of the lines to use; all by default.")
    var conns: Int?

    @Option(help: "Connects under way at once.")
    var parallel = 64

    @Option(help: "Clients that send.")
    var senders = 10

    @Option(help: "Unanswered messages of a sender (fanout).")
    var window = 1

    @Option(help: "Messages a second over all senders (rate).")
    var rate = 100.0

    @Option(help: "Messages (latency).")
    var count = 1000

    @Option(help: "Bytes of a message's content, at least 32.")
    var size = 100

    @Option(help: "Seconds measured (fanout, rate), or held (connect).")
    var seconds = 6.0

    @Option(help: "Seconds of load before measuring.")
    var warmup = 1.0

    @Option(help: "The server's process, for its CPU and memory.")
    var pid: Int?

    @Flag(help: "Print the result as JSON only.")
    var json = false

    func validate() throws {
        guard parallel > 0, senders > 0, window > 0, count > 0, rate > 0, seconds > 0, warmup >= 0, size >= 32 else {
            throw ValidationError("Every number must be positive, and --size at least 32.")
        }
        guard seconds <= 600, warmup <= 60 else { throw ValidationError("A run is bounded: at most 600 seconds.") }
    }
}
