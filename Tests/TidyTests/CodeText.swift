/// Swift source with comments and the contents of string literals blanked out, so that patterns are looked for in code
/// only. Line numbers and columns stay.
enum CodeText {
    private enum State: Equatable {
        case code
        case comment(depth: Int)
        case string(hashes: Int, multiline: Bool)
    }

    static func code(of lines: [String]) -> [String] {
        var state = State.code
        return lines.map { line in blank(Array(line), &state) }
    }

    private static func blank(_ characters: [Character], _ state: inout State) -> String {
        var output = ""
        var index = 0
        func matches(_ text: String) -> Bool {
            let text = Array(text)
            return index + text.count <= characters.count && Array(characters[index..<(index + text.count)]) == text
        }
        while index < characters.count {
            switch state {
            case .code:
                if matches("//") { return output }
                if matches("/*") {
                    state = .comment(depth: 1)
                    index += 2
                } else if let opening = opening(characters, index) {
                    state = .string(hashes: opening.hashes, multiline: opening.multiline)
                    output += "\""
                    index += opening.length
                } else {
                    output.append(characters[index])
                    index += 1
                }
            case .comment(let depth):
                if matches("*/") {
                    state = depth == 1 ? .code : .comment(depth: depth - 1)
                    index += 2
                } else if matches("/*") {
                    state = .comment(depth: depth + 1)
                    index += 2
                } else {
                    index += 1
                }
            case .string(let hashes, let multiline):
                let close = (multiline ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes)
                if matches(close) {
                    state = .code
                    output += "\""
                    index += close.count
                } else if hashes == 0, characters[index] == "\\" {
                    index += 2
                } else {
                    index += 1
                }
            }
        }
        if case .string(_, multiline: false) = state { state = .code }
        return output
    }

    private static func opening(
        _ characters: [Character], _ start: Int
    ) -> (hashes: Int, multiline: Bool, length: Int)? {
        var index = start
        while index < characters.count, characters[index] == "#" { index += 1 }
        let hashes = index - start
        guard index < characters.count, characters[index] == "\"" else { return nil }
        let multiline = index + 2 < characters.count && characters[index + 1] == "\"" && characters[index + 2] == "\""
        return (hashes, multiline, hashes + (multiline ? 3 : 1))
    }
}
