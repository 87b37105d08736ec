import ByteText
import ChatCore

/// Opens entries that are read for what they say, and tells how far one is.
final class ReadingMeter {
    private let source: any ForeignSource
    private let total: Double
    private let tell: (Double) -> Void
    private var read: Int64 = 0

    init(_ source: any ForeignSource, _ tell: @escaping (Double) -> Void) {
        self.source = source
        self.tell = tell
        let texts = source.entries.filter { entry in
            entry.path.string.utf8.suffix(5).elementsEqual(".json".utf8)
                || entry.path.string.utf8.suffix(6).elementsEqual(".jsonl".utf8)
        }
        total = Double(max(1, texts.reduce(0) { $0 + $1.size }))
    }

    func open(_ entry: Int) throws(ArchiveError) -> any ForeignBytes {
        MeteredBytes(try source.open(entry), self)
    }

    fileprivate func count(_ bytes: Int) {
        read += Int64(bytes)
        tell(min(1, Double(read) / total))
    }
}

private final class MeteredBytes: ForeignBytes {
    private let bytes: any ForeignBytes
    private let meter: ReadingMeter

    init(_ bytes: any ForeignBytes, _ meter: ReadingMeter) {
        self.bytes = bytes
        self.meter = meter
    }

    func next() throws(ArchiveError) -> [UInt8]? {
        guard let next = try bytes.next() else { return nil }
        meter.count(next.count)
        return next
    }
}

@available(*, unavailable)
extension ReadingMeter: Sendable {}

@available(*, unavailable)
extension MeteredBytes: Sendable {}
