import Foundation
import Synchronization

/// Signals that nobody means as an end: by default each of them is one.
enum Signals {
    /// For every command: what a write meets must be the error of that write.
    static func ignoreThoseOfWriting() {
        // A peer that goes away, and a file that has grown to the limit (setrlimit(2), RLIMIT_FSIZE).
        for number in [SIGPIPE, SIGXFSZ] { ignore(number) }
    }

    /// For a server. SIGUSR1 and SIGUSR2 are sent by rotators of logs and by process managers to programs that know
    /// them; SIGHUP by a terminal that closes, also before the certificate's reloader has it; timers that a parent left
    /// running expire; a power failure is told by some; and a line of the log written from the background to a
    /// terminal set to `tostop` (SIGTTOU) must not stop the whole process.
    static func ignoreThoseThatEndNothing() {
        let numbers = [
            SIGUSR1, SIGUSR2, SIGHUP, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGTTOU, SIGTTIN,
            // The coprocessor's, which nothing sends, and the first and last of real time, which systemd may.
            SIGSTKFLT,
        ]
        for number in numbers { ignore(number) }
        for number in firstRealTime...lastRealTime { ignore(number) }
    }

    /// The kernel's are 32 to 64; the first two are the C library's own.
    private static let firstRealTime: Int32 = 34
    private static let lastRealTime: Int32 = 64

    private static func ignore(_ number: Int32) {
        signal(number, SIG_IGN)
    }

    // MARK: The end of a server that is asked for before anybody listens for it

    /// Where a start is; each is a value of ``phase``.
    private static let nothingBegun: Int32 = 0
    private static let working: Int32 = -1

    /// One of the above, or the number of the signal that came while the server was at work.
    private static let phase = Atomic<Int32>(nothingBegun)

    /// The first thing that a server does. As long as nothing was begun, a signal that asks for the end is a clean one
    /// at once; after ``beginWork()`` it is remembered until the services can end in order. Who asks a second time
    /// means it.
    static func holdTheEnd() {
        // Made here: a handler must not make it.
        phase.store(nothingBegun, ordering: .relaxed)
        for number in [SIGQUIT, SIGINT, SIGTERM] where !isIgnored(number) {
            signal(number) { number in
                switch Signals.phase.exchange(number, ordering: .relaxed) {
                case Signals.nothingBegun: _exit(ExitStatus.clean.rawValue)
                case Signals.working: break
                default:
                    signal(number, SIG_DFL)
                    raise(number)
                }
            }
        }
    }

    /// From here on there is something to be ended in order.
    static func beginWork() { phase.store(working, ordering: .relaxed) }

    static var isEndWanted: Bool { phase.load(ordering: .relaxed) > 0 }

    /// The signal that came, sent once more: whoever listens now hears it.
    static func repeatTheEnd() {
        let number = phase.load(ordering: .relaxed)
        if number > 0 { kill(getpid(), number) }
    }

    /// Whether whoever started the process wants it ignored (nohup).
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        func word(_ handler: __sighandler_t?) -> Int { unsafeBitCast(handler, to: Int.self) }
        return word(action.__sigaction_handler.sa_handler) == word(SIG_IGN)
    }
}
