import Foundation

/// A table of text, as wide as a terminal or as wide as it is.
///
/// 1. What cannot fit is left out from the right: columns stand in the order of their importance, and one without a
///    value in any row says nothing.
/// 2. What is left is cut, the widest first, but never the first column, which names the row.
/// 3. Widths are those of a terminal's cells: a wide character takes two.
struct TextTable {
    /// A column that is cut keeps so many cells.
    private static let leastWidth = 12
    private static let gap = 2

    var names: [String]
    var rows: [[String]]
    /// What stands for no value.
    static let nothing = "-"

    /// - Parameter width: cells of a line; `nil` is no bound.
    func lines(within width: Int?) -> (lines: [String], leftOut: Int) {
        var columns = Array(names.indices)
        if width != nil {
            columns.removeAll { column in column > 0 && rows.allSatisfy { $0[column] == Self.nothing } }
        }
        var widths = columns.map { column in
            ([names] + rows).map { Cells.width(of: $0[column]) }.max() ?? 0
        }
        var leftOut = 0
        if let width {
            while columns.count > 1, Self.least(widths) > width {
                columns.removeLast()
                widths.removeLast()
                leftOut += 1
            }
            Self.shrink(&widths, to: width)
        }
        let lines = ([names] + rows).map { row in
            let cells = zip(columns, widths).map { column, width in Cells.filled(row[column], to: width) }
            let line = cells.joined(separator: String(repeating: " ", count: Self.gap))
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        return (lines, leftOut)
    }

    private static func gaps(_ widths: [Int]) -> Int { gap * max(0, widths.count - 1) }

    /// The width below which it cannot be cut.
    private static func least(_ widths: [Int]) -> Int {
        widths.prefix(1).reduce(0, +) + widths.dropFirst().reduce(0) { $0 + min($1, leastWidth) } + gaps(widths)
    }

    private static func shrink(_ widths: inout [Int], to width: Int) {
        var excess = widths.reduce(0, +) + gaps(widths) - width
        while excess > 0 {
            let widest = widths.indices.dropFirst().filter { widths[$0] > leastWidth }.max { widths[$0] < widths[$1] }
            guard let widest else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }
}

/// Text in the cells of a terminal (Unicode annex 11: what is wide or full-width takes two).
enum Cells {
    static func width(of text: String) -> Int { text.reduce(0) { $0 + width(of: $1) } }

    /// The text, cut with `…` or filled with blanks.
    static func filled(_ text: String, to width: Int) -> String {
        let own = self.width(of: text)
        guard own > width else { return text + String(repeating: " ", count: width - own) }
        var (cut, used) = ("", 0)
        for character in text {
            let step = self.width(of: character)
            guard used + step <= width - 1 else { break }
            cut.append(character)
            used += step
        }
        return cut + "…" + String(repeating: " ", count: max(0, width - 1 - used))
    }

    private static func width(of character: Character) -> Int {
        if character.isASCII { return 1 }
        let scalars = character.unicodeScalars
        return scalars.contains { isWide($0) || $0 == "\u{FE0F}" } ? 2 : 1
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isEmojiPresentation { return true }
        return switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F: true
        case 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6: true
        case 0x1_F300...0x1_F64F, 0x1_F900...0x1_F9FF, 0x2_0000...0x3_FFFD: true
        default: false
        }
    }
}

/// The terminal that standard output is.
enum Terminal {
    /// Cells of a line; `nil` where it is none.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
