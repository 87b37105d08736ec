import Foundation
import Glibc
import Synchronization

/// Half-written files that go with the process, also when it is ended by a signal (Ctrl-C on a long export).
enum Drafts {
    private static let paths = Mutex<Set<String>>([])

    /// Hands the signals that would end the process to a thread that can clean up: for commands, not for `serve`,
    /// which has an end of its own. A mask would not do: the main thread waits in dispatch_main() with every signal
    /// let through.
    static func watchSignals() {
        let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM].filter { !Signals.isIgnored($0) }
        guard bell.read >= 0 else { return }
        Thread {
            var caught: UInt8 = 0
            while read(bell.read, &caught, 1) != 1 {}
            // Until the end nobody begins another. What becomes a draft by a rename goes before the draft.
            paths.withLock { paths in
                for path in paths.sorted(by: { $0.utf8.count > $1.utf8.count }) { unlink(path) }
                // The end that the shell expects of a program that was interrupted.
                Signals.end(by: Int32(caught))
            }
        }.start()
        for number in signals {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = Glibc.write(Drafts.bell.write, &byte, 1)
            }
        }
    }

    /// What a handler may do is to write to a pipe.
    private static let bell: (read: Int32, write: Int32) = {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }()

    /// Makes a new file that is one, for its owner's eyes alone; a file or a link that has the name is not touched.
    ///
    /// - Returns: its descriptor, or -1 and the reason in `errno`.
    static func make(_ path: String) -> Int32 {
        paths.withLock { paths in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            if descriptor >= 0 { paths.insert(path) }
            return descriptor
        }
    }

    static func add(_ path: String) {
        paths.withLock { _ = $0.insert(path) }
    }

    /// - Returns: whether it was one.
    @discardableResult
    static func remove(_ path: String) -> Bool {
        paths.withLock { $0.remove(path) != nil }
    }
}
