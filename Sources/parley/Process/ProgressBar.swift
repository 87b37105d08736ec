import Foundation
import Synchronization

/// A bar on the terminal's last line; nothing where standard error is no terminal.
final class ProgressBar: Sendable {
    private static let width = 40

    private let label: String
    private let isShown = isatty(STDERR_FILENO) == 1
    private let percent = Mutex(-1)

    init(_ label: String) { self.label = label }

    /// - Parameter fraction: 0 to 1.
    func show(_ fraction: Double) {
        guard isShown else { return }
        let now = Int(min(max(fraction, 0), 1) * 100)
        let isNew = percent.withLock { percent in
            defer { percent = now }
            return percent != now
        }
        guard isNew else { return }
        let full = Self.width * now / 100
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.width - full)
        StandardError.write("\r\(label) [\(bar)] \(now) %")
    }

    /// Takes the bar away, so that what is said next begins on a clean line.
    func clear() {
        if isShown { StandardError.write("\r\u{1B}[K") }
    }
}
