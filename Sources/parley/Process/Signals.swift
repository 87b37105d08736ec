import Dispatch
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
            SIGUSR1, SIGUSR2, SIGHUP, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGTTOU, SIGTTIN,
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

    // MARK: The end of a server

    /// Where a server is; each is a value of ``phase``.
    private static let nothingBegun: Int32 = 0
    private static let working: Int32 = -1

    /// One of the above, or the number of the signal that came while the server was at work.
    private static let phase = Atomic<Int32>(nothingBegun)
    /// When that signal came: nanoseconds of the clock that nobody sets.
    private static let askedAt = Atomic<UInt64>(0)
    /// A pipe, written to when the end is asked for; -1 before there is one.
    private static let readEnd = Atomic<Int32>(-1)
    private static let writeEnd = Atomic<Int32>(-1)

    /// The first thing that a server does, and what its signals do until the last: there is no moment at which one that
    /// asks for the end is lost, or ends the process without order.
    ///
    /// 1. As long as nothing was begun it is a clean end at once.
    /// 2. After ``beginWork()`` it is remembered, and heard by ``EndOnSignal`` as soon as there is something that can
    ///    end in order.
    /// 3. Who asks again a second later or more means it: the process ends as if nobody had taken care of the signal.
    ///    What comes sooner is the same request (timeout(1) sends two).
    static func holdTheEnd() {
        // Made here: a handler must not make them.
        phase.store(nothingBegun, ordering: .relaxed)
        askedAt.store(0, ordering: .relaxed)
        writeEnd.store(-1, ordering: .relaxed)
        isOpen.store(false, ordering: .relaxed)
        signal(SIGALRM) { _ in Signals.openingTookTooLong() }
        // A shell has those of the keyboard ignored for what it runs in the background; that of kill(1) is meant.
        for number in [SIGQUIT, SIGINT] where !isIgnored(number) { signal(number) { Signals.endAsked(by: $0) } }
        signal(SIGTERM) { Signals.endAsked(by: $0) }
    }

    /// In a handler: nothing here may allocate or lock.
    private static func endAsked(by number: Int32) {
        let now = DispatchTime.now().uptimeNanoseconds
        switch phase.exchange(number, ordering: .sequentiallyConsistent) {
        case nothingBegun:
            _exit(ExitStatus.clean.rawValue)
        case working:
            askedAt.store(now, ordering: .relaxed)
            let saved = errno
            var byte: UInt8 = 1
            _ = write(writeEnd.load(ordering: .relaxed), &byte, 1)
            if !isOpen.load(ordering: .relaxed) { alarm(longestOpening) }
            errno = saved
        default:
            // 0: another thread is about to note the first one.
            let first = askedAt.load(ordering: .relaxed)
            guard first > 0, now > first + 1_000_000_000 else { return }
            end(by: number)
        }
    }

    /// Ends the process as the signal does by itself. The kernel spares the first process of a container that.
    static func end(by number: Int32) -> Never {
        signal(number, SIG_DFL)
        raise(number)
        _exit(128 + number)
    }

    /// Seconds that the database may take to open once the end is asked for: then it ends unopened, as after a crash.
    private static let longestOpening: UInt32 = 5
    /// Whether what was begun can be ended in order.
    private static let isOpen = Atomic<Bool>(false)

    /// The alarm, which a parent may have left behind too.
    private static func openingTookTooLong() {
        if isEndWanted, !isOpen.load(ordering: .relaxed) { _exit(ExitStatus.clean.rawValue) }
    }

    /// The database is open: the end takes its time from here on.
    static func workIsOpen() {
        isOpen.store(true, ordering: .sequentiallyConsistent)
        alarm(0)
    }

    /// From here on there is something to be ended in order. Called once.
    ///
    /// - Throws: ``Failure`` when there is no descriptor left.
    static func beginWork() throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(.failure, "no pipe: \(String(cString: strerror(errno)))") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        readEnd.store(ends[0], ordering: .relaxed)
        writeEnd.store(ends[1], ordering: .relaxed)
        phase.store(working, ordering: .sequentiallyConsistent)
    }

    static var isEndWanted: Bool { phase.load(ordering: .relaxed) > 0 }

    /// What can be read from as soon as the end is asked for, also if that was before.
    static var endDescriptor: Int32 { readEnd.load(ordering: .relaxed) }

    /// Whether whoever started the process wants it ignored (nohup).
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        func word(_ handler: __sighandler_t?) -> Int { unsafeBitCast(handler, to: Int.self) }
        return word(action.__sigaction_handler.sa_handler) == word(SIG_IGN)
    }
}
