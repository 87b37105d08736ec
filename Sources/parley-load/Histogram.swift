/// Latencies in buckets of 1/128 of a power of two: a value is at most 0.8 % off.
struct Histogram {
    private var buckets = [UInt64](repeating: 0, count: 40 * 128)
    private(set) var count: UInt64 = 0
    private(set) var maximum: Int64 = 0

    mutating func record(_ nanoseconds: Int64) {
        let value = UInt64(max(0, min(nanoseconds, 1 << 44)))
        let shift = value < 256 ? 0 : 56 - value.leadingZeroBitCount
        buckets[shift * 128 + Int(value >> UInt64(shift))] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    /// In microseconds; `nil` when nothing was recorded.
    func quantile(_ fraction: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = fraction * Double(count)
        var seen: UInt64 = 0
        for (index, amount) in buckets.enumerated() {
            seen += amount
            guard amount > 0, Double(seen) >= wanted else { continue }
            let shift = index < 256 ? 0 : index / 128 - 1
            let value = Double(index - shift * 128) * Double(UInt64(1) << UInt64(shift))
            return min(value, Double(maximum)) / 1000
        }
        return Double(maximum) / 1000
    }
}
