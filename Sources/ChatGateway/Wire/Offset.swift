import ByteText
import ChatCore

/// Where a client is in the row of changes: what it shows to be brought up to date. Opaque to it.
///
/// `epoch:revision[:receipts[:heard]]`: the run that issued it, in hexadecimal; the revision up to which it heard
/// everything, in base 36; only where receipts that are older were still held back (they are told at most once a
/// second), the revision up to which it heard those (empty where that is the same); and, only where nothing was
/// committed for a while, the second at which it had heard everything: the recovery window begins there.
struct Offset: Hashable, Sendable {
    var epoch: UInt64
    var revision: Revision
    var receipts: Revision
    /// `nil`: when the revision was made.
    var heardAt: Timestamp?

    /// How much younger than its revision an offset is before that is said.
    private static let worthSaying: Int64 = 60

    /// - Parameter now: when it is issued; `nil` where it is with the commit of the revision.
    init(epoch: UInt64, revision: Revision, receipts: Revision? = nil, now: Timestamp? = nil) {
        self.epoch = epoch
        self.revision = revision
        self.receipts = min(receipts ?? revision, revision)
        guard let now, now.milliseconds / 1000 - revision.value >> 20 > Self.worthSaying else { return }
        heardAt = Timestamp(milliseconds: now.milliseconds / 1000 * 1000)
    }

    /// Bytes of the longest text there is.
    static let longestText = 64

    var text: String {
        String(unsafeUninitializedCapacity: Self.longestText) { target in
            var end = 0
            func put(_ value: UInt64, radix: UInt64) {
                var (digits, rest) = (1, value)
                while rest >= radix { (digits, rest) = (digits + 1, rest / radix) }
                rest = value
                for index in (end..<end + digits).reversed() {
                    let digit = UInt8(truncatingIfNeeded: rest % radix)
                    target[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
                    rest /= radix
                }
                end += digits
            }
            func divide() {
                target[end] = UInt8(ascii: ":")
                end += 1
            }
            put(epoch, radix: 16)
            divide()
            put(UInt64(max(revision.value, 0)), radix: 36)
            if receipts != revision || heardAt != nil { divide() }
            if receipts != revision { put(UInt64(max(receipts.value, 0)), radix: 36) }
            if let heardAt {
                divide()
                put(UInt64(max(heardAt.milliseconds / 1000, 0)), radix: 36)
            }
            return end
        }
    }

    /// - Returns: `nil` for what no server of ours issued.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longestText else { return nil }
        let parts = ByteString(text).split(separator: ":").map(\.string)
        guard (2...4).contains(parts.count), let epoch = UInt64(parts[0], radix: 16),
            let revision = Int64(parts[1], radix: 36), revision >= 0
        else { return nil }
        var receipts = revision
        if parts.count > 2, parts.count == 3 || !parts[2].isEmpty {
            guard let value = Int64(parts[2], radix: 36), (0...revision).contains(value) else { return nil }
            receipts = value
        }
        self.init(epoch: epoch, revision: Revision(revision), receipts: Revision(receipts))
        guard parts.count == 4 else { return }
        guard let second = Int64(parts[3], radix: 36), (0...1 << 40).contains(second) else { return nil }
        heardAt = Timestamp(milliseconds: second * 1000)
    }
}
