import Foundation

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

    /// Whether whoever started the process wants it ignored (nohup).
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        func word(_ handler: __sighandler_t?) -> Int { unsafeBitCast(handler, to: Int.self) }
        return word(action.__sigaction_handler.sa_handler) == word(SIG_IGN)
    }
}
