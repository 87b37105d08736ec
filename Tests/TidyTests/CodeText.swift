/// Swift source with comments and the contents of string literals blanked out, so that patterns are looked for in code
/// only. Line numbers stay.
///
/// Known limits: regular expression literals count as code, and an interpolation counts as part of its string.
struct CodeText {
    private enum State: Equatable {
        case code
        case comment(depth: Int)
        case string(hashes: Int, multiline: Bool)
    }

    private var state = State.code

    static func code(of lines: [String]) -> [String] {
        var text = CodeText()
        return lines.map { text.blank(Array($0.utf8)) }
    }

    private mutating func blank(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        var index = 0
        scan: while index < bytes.count {
            let (first, second) = (bytes[index], index + 1 < bytes.count ? bytes[index + 1] : 0)
            switch state {
            case .code:
                if first == Self.slash, second == Self.slash { break scan }
                if first == Self.slash, second == Self.star {
                    state = .comment(depth: 1)
                    index += 2
                } else if let opening = Self.opening(bytes, index) {
                    state = .string(hashes: opening.hashes, multiline: opening.multiline)
                    output.append(Self.quote)
                    index += opening.length
                } else {
                    output.append(first)
                    index += 1
                }
            case .comment(let depth):
                if first == Self.star, second == Self.slash {
                    state = depth == 1 ? .code : .comment(depth: depth - 1)
                    index += 2
                } else if first == Self.slash, second == Self.star {
                    state = .comment(depth: depth + 1)
                    index += 2
                } else {
                    index += 1
                }
            case .string(let hashes, let multiline):
                if first == Self.quote, let length = Self.closing(bytes, index, hashes, multiline) {
                    state = .code
                    output.append(Self.quote)
                    index += length
                } else {
                    index += hashes == 0 && first == Self.backslash ? 2 : 1
                }
            }
        }
        if case .string(_, multiline: false) = state { state = .code }
        return String(decoding: output, as: UTF8.self)
    }

    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let quote = UInt8(ascii: "\"")
    private static let hash = UInt8(ascii: "#")
    private static let backslash = UInt8(ascii: "\\")

    private static func opening(_ bytes: [UInt8], _ start: Int) -> (hashes: Int, multiline: Bool, length: Int)? {
        var index = start
        while index < bytes.count, bytes[index] == hash { index += 1 }
        guard index < bytes.count, bytes[index] == quote else { return nil }
        let multiline = bytes[index...].prefix(3).elementsEqual([quote, quote, quote])
        return (index - start, multiline, index - start + (multiline ? 3 : 1))
    }

    /// The length of the delimiter that ends the string here, if one does.
    private static func closing(_ bytes: [UInt8], _ index: Int, _ hashes: Int, _ multiline: Bool) -> Int? {
        let quotes = multiline ? 3 : 1
        let rest = bytes[index...].prefix(quotes + hashes)
        guard rest.count == quotes + hashes, rest.prefix(quotes).allSatisfy({ $0 == quote }),
            rest.dropFirst(quotes).allSatisfy({ $0 == hash })
        else { return nil }
        return quotes + hashes
    }
}
