import ByteText
import Foundation

/// Reads a `multipart/form-data` body as it arrives (RFC 7578, RFC 2046 section 5.1). A pure state machine: bytes in
/// parts of any size go in, parts and their bytes come out; it keeps no more than a delimiter or a part's head.
///
/// 1. What comes before the first delimiter is thrown away. A delimiter is `CRLF -- boundary`; the first may stand at
///    the very beginning.
/// 2. After a delimiter, `--` is the end of it all; else, after blanks and CRLF, the heads of a part follow up to an
///    empty line.
/// 3. The bytes of a part, none if its delimiter follows the heads at once, go up to the next delimiter. Of what came,
///    the last bytes that may be the beginning of one are kept until more comes.
struct MultipartReader {
    enum Event: Equatable {
        case part(MultipartHead)
        case data(ArraySlice<UInt8>)
        case partEnd
        /// The closing delimiter came: what follows is of no interest.
        case end
    }

    struct Malformed: Error, Equatable {
        var reason: String
    }

    private enum State {
        case preamble, afterDelimiter, head, begin, data, done
    }

    /// Bytes of the heads of one part, and of what comes before the first.
    static let headLimit = 16_384

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var held: [UInt8]
    private var skipped = 0

    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // So that a delimiter at the very beginning is one like the others.
        held = [13, 10]
    }

    var isDone: Bool { state == .done }

    /// - Throws: ``Malformed``.
    mutating func read(_ bytes: some Collection<UInt8>) throws -> [Event] {
        guard state != .done else { return [] }
        held.append(contentsOf: bytes)
        var events: [Event] = []
        var place = 0
        while try step(&place, &events) {}
        held.removeFirst(place)
        return events
    }

    /// - Returns: whether there may be more to do with what is held.
    private mutating func step(_ place: inout Int, _ events: inout [Event]) throws -> Bool {
        switch state {
        case .preamble:
            let (found, next) = search(from: place)
            skipped += found - place
            guard skipped <= Self.headLimit else { throw Malformed(reason: "The first boundary does not come.") }
            place = next ?? found
            if next != nil { state = .afterDelimiter }
            return next != nil
        case .afterDelimiter:
            return try afterDelimiter(&place, &events)
        case .head:
            return try head(&place, &events)
        case .begin:
            return begin(&place)
        case .data:
            let (end, next) = search(from: place)
            if end > place { events.append(.data(held[place..<end])) }
            place = next ?? end
            guard next != nil else { return false }
            events.append(.partEnd)
            state = .afterDelimiter
            return true
        case .done:
            place = held.count
            return false
        }
    }

    private mutating func afterDelimiter(_ place: inout Int, _ events: inout [Event]) throws -> Bool {
        guard held.count - place >= 2 else { return false }
        if held[place] == UInt8(ascii: "-"), held[place + 1] == UInt8(ascii: "-") {
            events.append(.end)
            state = .done
            return true
        }
        let end = held[place...].firstIndex { $0 != 32 && $0 != 9 } ?? held.count
        guard end - place <= 256 else { throw Malformed(reason: "The boundary's line does not end.") }
        guard held.count - end >= 2 else { return false }
        guard held[end] == 13, held[end + 1] == 10 else {
            throw Malformed(reason: "After a boundary comes something else.")
        }
        // The CRLF stays: heads end with two, also where there are none.
        place = end
        state = .head
        return true
    }

    private mutating func head(_ place: inout Int, _ events: inout [Event]) throws -> Bool {
        guard let end = Self.range(of: [13, 10, 13, 10], in: held, from: place) else {
            guard held.count - place <= Self.headLimit else { throw Self.longHead }
            return false
        }
        guard end - place <= Self.headLimit else { throw Self.longHead }
        events.append(.part(MultipartHead(lines: Self.lines(of: held[place..<end]))))
        // The second CRLF stays.
        place = end + 2
        state = .begin
        return true
    }

    /// Of an empty part the CRLF that ended the heads may be that of its delimiter; else it is passed over.
    private mutating func begin(_ place: inout Int) -> Bool {
        let beginning = held[place...].prefix(delimiter.count)
        if beginning.count < delimiter.count, delimiter.starts(with: beginning) { return false }
        if !beginning.elementsEqual(delimiter) { place += 2 }
        state = .data
        return true
    }

    /// The lines of the heads; one that begins with a blank goes on the line before it (RFC 5322 section 2.2.3).
    private static func lines(of head: ArraySlice<UInt8>) -> [ByteString] {
        var lines: [[UInt8]] = []
        var start = head.startIndex
        func take(_ line: ArraySlice<UInt8>) {
            if !lines.isEmpty, let first = line.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
                lines[lines.count - 1] += line
            } else {
                lines.append(Array(line))
            }
        }
        for index in head.indices where head[index] == 10 && index > start && head[index - 1] == 13 {
            take(head[start..<(index - 1)])
            start = index + 1
        }
        take(head[start...])
        return lines.map { ByteString(decoding: $0) }
    }

    private static let longHead = Malformed(reason: "The head of a part is too long.")

    /// - Returns: where the delimiter begins, and where it ends; else what is no beginning of one, and nothing.
    private func search(from place: Int) -> (end: Int, next: Int?) {
        if let found = Self.range(of: delimiter, in: held, from: place) { return (found, found + delimiter.count) }
        var end = max(place, held.count - delimiter.count + 1)
        while end < held.count, !delimiter.starts(with: held[end...]) { end += 1 }
        return (end, nil)
    }

    /// Where `wanted` begins, by memchr for its first byte.
    private static func range(of wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { all -> Int? in
            guard let base = all.baseAddress, let first = wanted.first else { return nil }
            var place = start
            while place + wanted.count <= all.count {
                guard let hit = memchr(base + place, Int32(first), all.count - place) else { return nil }
                place = UnsafeRawPointer(hit) - base
                guard place + wanted.count <= all.count else { return nil }
                if all[place..<(place + wanted.count)].elementsEqual(wanted) { return place }
                place += 1
            }
            return nil
        }
    }
}
