import Foundation

/// Notices by inotify who opens and closes a file: the second best where there are no leases, because whoever opens it
/// between a look and the checkpoint is not held up, and openings that come at once are told as one. So a file counts
/// as open for some seconds more after the last it heard. Where the kernel lost events, who has it open is not known
/// any more: then it counts as open for a minute after the last it heard, which is longer than most copies take.
final class OpenWatch {
    private let descriptor: Int32
    private var opens = 0
    private var lastHeard: UInt64?
    /// Events were lost, and since then there was no such minute.
    private var hasLost = false
    private static let afterwards: UInt64 = 5_000_000_000
    private static let afterLoss: UInt64 = 60_000_000_000

    /// `nil`: there is no inotify to be had.
    init?(_ path: String) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        guard inotify_add_watch(descriptor, path, UInt32(IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)) >= 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// Whether more have opened the file than closed it since the watch began, or it was opened or closed just now.
    ///
    /// - Parameter now: nanoseconds of uptime.
    func isOpen(at now: UInt64) -> Bool {
        let size = MemoryLayout<inotify_event>.size
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return isOpenAsHeard(at: now) }
            lastHeard = now
            var offset = 0
            while offset + size <= count {
                let event = buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: inotify_event.self) }
                if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { hasLost = true }
                if event.mask & UInt32(IN_OPEN) != 0 { opens += 1 }
                if event.mask & UInt32(IN_CLOSE_WRITE | IN_CLOSE_NOWRITE) != 0 { opens = max(0, opens - 1) }
                offset += size + Int(event.len)
            }
        }
    }

    private func isOpenAsHeard(at now: UInt64) -> Bool {
        let quiet = lastHeard.map { now - min(now, $0) } ?? .max
        if hasLost {
            guard quiet >= Self.afterLoss else { return true }
            (hasLost, opens) = (false, 0)
        }
        return opens > 0 || quiet < Self.afterwards
    }
}
