public import Logging
import NIOCore
import Synchronization

/// Names in the log whose token or key was refused, or who called the listener by a wrong name, in one form that does
/// not change, so that other programs (fail2ban) can act on it:
///
///     refused token parley.address=192.0.2.7 parley.code=token_expired
///
/// Never what was shown. An address is named a few times a minute; what it tries beyond that is counted and told with
/// the next line of its own, so that a flood of refusals is no flood of lines.
public final class RefusalLog: Sendable {
    public enum Kind: Hashable, Sendable {
        case token, key
        /// The name by which the listener was called.
        case host
    }

    private struct Address {
        var windowStart: NIODeadline
        var lines = 0
        var untold = 0
    }

    /// Lines of one address a minute.
    static let linesAMinute = 20
    /// Addresses remembered; those past it are one.
    private static let capacity = 4096

    private let logger: Logger
    private let addresses = Mutex<[AddressKey: Address]>([:])
    private let clock: @Sendable () -> NIODeadline

    public convenience init(logger: Logger) { self.init(logger: logger, clock: { .now() }) }

    init(logger: Logger, clock: @escaping @Sendable () -> NIODeadline) {
        self.logger = logger
        self.clock = clock
    }

    /// - Parameters:
    ///   - address: the client's, as it was looked up behind trusted proxies.
    ///   - code: why, as the client is told.
    public func refused(_ kind: Kind, from address: String, code: String) {
        guard let untold = count(AddressKey(address)) else { return }
        var metadata: Logger.Metadata = ["parley.address": "\(address)", "parley.code": "\(code)"]
        if untold > 0 { metadata["parley.untold"] = "\(untold)" }
        switch kind {
        case .token: logger.info("refused token", metadata: metadata)
        case .key: logger.info("refused key", metadata: metadata)
        case .host: logger.info("refused host", metadata: metadata)
        }
    }

    /// - Returns: how many were not told since the last line; `nil` when this one is not told either.
    private func count(_ key: AddressKey) -> Int? {
        let now = clock()
        return addresses.withLock { addresses in
            if addresses[key] == nil, addresses.count >= Self.capacity {
                addresses = addresses.filter { now - $0.value.windowStart < .minutes(1) }
            }
            let key = addresses[key] == nil && addresses.count >= Self.capacity ? .unix : key
            var address = addresses[key] ?? Address(windowStart: now)
            if now - address.windowStart >= .minutes(1) {
                address.windowStart = now
                address.lines = 0
            }
            defer { addresses[key] = address }
            guard address.lines < Self.linesAMinute else {
                address.untold += 1
                return nil
            }
            address.lines += 1
            defer { address.untold = 0 }
            return address.untold
        }
    }
}
