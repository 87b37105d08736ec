import ArgumentParser

/// A number with a unit as people write one: `90s`, `1h30m`, `10MB`, `1.5 GiB`, or plain in the unit of the option.
///
/// The one reader of such texts, for flags, variables, file and commands: whole numbers of the smallest unit, so that
/// nothing is rounded and what does not fit is refused.
enum Quantity {
    /// What a text means.
    ///
    /// - Parameters:
    ///   - plain: what a number without a unit counts, in the smallest unit.
    ///   - factor: what a unit counts, in the smallest unit; `nil` for one that there is not.
    ///   - isCompound: whether several may stand one after the other.
    /// - Returns: `nil` for what is no such text, is no whole number of the smallest unit, or is more than an `Int`.
    static func parse(
        _ text: String, plain: Int, isCompound: Bool = false, factor: (String) -> Int?
    ) -> Int? {
        var rest = Substring(text)
        var (total, parts) = (0, 0)
        while true {
            rest = rest.drop { $0 == " " }
            guard !rest.isEmpty else { break }
            guard parts == 0 || isCompound, let number = Decimal(&rest) else { return nil }
            rest = rest.drop { $0 == " " }
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest[name.endIndex...]
            // Without a unit it is the whole text.
            guard !name.isEmpty || (parts == 0 && rest.allSatisfy { $0 == " " }) else { return nil }
            guard let unit = name.isEmpty ? plain : factor(String(name)), let value = number.times(unit) else {
                return nil
            }
            let (sum, isTooLarge) = total.addingReportingOverflow(value)
            guard !isTooLarge else { return nil }
            (total, parts) = (sum, parts + 1)
        }
        return parts > 0 ? total : nil
    }

    /// Digits, perhaps with a point and more of them.
    private struct Decimal {
        private var digits = 0
        /// By how much ``digits`` is too large.
        private var scale = 1

        init?(_ text: inout Substring) {
            var (hasDigits, hasPoint) = (false, false)
            while let character = text.first {
                if character == ".", hasDigits, !hasPoint {
                    hasPoint = true
                } else if let digit = character.isASCII ? character.wholeNumberValue : nil {
                    let (tens, isTooLarge) = digits.multipliedReportingOverflow(by: 10)
                    let (sum, isTooLargeStill) = tens.addingReportingOverflow(digit)
                    guard !isTooLarge, !isTooLargeStill, !hasPoint || scale <= 100_000_000 else { return nil }
                    if hasPoint { scale *= 10 }
                    (digits, hasDigits) = (sum, true)
                } else {
                    break
                }
                text = text.dropFirst()
            }
            guard hasDigits, !hasPoint || scale > 1 else { return nil }
        }

        func times(_ unit: Int) -> Int? {
            let (product, isTooLarge) = digits.multipliedReportingOverflow(by: unit)
            return isTooLarge || product % scale != 0 ? nil : product / scale
        }
    }
}

/// A length of time as an operator writes it. CONTRACT section 1: `90s`, `15m`, `12h`, `30d`, or a plain number in the
/// option's unit.
struct DurationSetting: Hashable, Sendable {
    /// What a plain number of an option counts.
    enum Unit: Int, Sendable {
        case milliseconds = 1
        case seconds = 1000
    }

    let milliseconds: Int

    /// - Returns: `nil` for what is none, or none that can be told in milliseconds.
    init?(_ text: String, plain: Unit) {
        let value = Quantity.parse(text, plain: plain.rawValue, isCompound: true, factor: Self.milliseconds)
        guard let value else { return nil }
        milliseconds = value
    }

    var duration: Duration { .milliseconds(milliseconds) }

    /// `nil` when it has a part of a second.
    var wholeSeconds: Int? { milliseconds % 1000 == 0 ? milliseconds / 1000 : nil }

    private static func milliseconds(of unit: String) -> Int? {
        // A capital M would be a month or a mega.
        guard unit != "M" else { return nil }
        return switch unit.lowercased() {
        case "ms", "msec", "millisecond", "milliseconds": 1
        case "s", "sec", "secs", "second", "seconds": 1000
        case "m", "min", "mins", "minute", "minutes": 60_000
        case "h", "hr", "hrs", "hour", "hours": 3_600_000
        case "d", "day", "days": 86_400_000
        case "w", "week", "weeks": 604_800_000
        default: nil
        }
    }
}

/// On the command line of a command a plain number counts seconds.
extension DurationSetting: ExpressibleByArgument {
    init?(argument: String) { self.init(argument, plain: .seconds) }
}

/// A number of bytes as an operator writes it. CONTRACT section 1: `10MB` counts in thousands (IEC 80000-13), `1GiB` in
/// 1024s, and so does a bare letter, `64k`, as in nginx, systemd and Docker.
struct ByteSize: Hashable, Sendable {
    let bytes: Int

    /// - Returns: `nil` for what is none, or no whole number of bytes.
    init?(_ text: String) {
        guard let value = Quantity.parse(text, plain: 1, factor: Self.bytes) else { return nil }
        bytes = value
    }

    private static func bytes(of unit: String) -> Int? {
        let unit = unit.lowercased()
        if ["b", "byte", "bytes"].contains(unit) { return 1 }
        guard let power = ["k", "m", "g", "t", "p"].firstIndex(of: String(unit.prefix(1))) else { return nil }
        let base: Int? =
            switch unit.dropFirst() {
            case "b": 1000
            case "", "i", "ib": 1024
            default: nil
            }
        return base.map { base in (0...power).reduce(1) { value, _ in value * base } }
    }
}
