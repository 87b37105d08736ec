import Foundation

/// A header's value with parameters: `form-data; name="file"; filename="a \"b\".png"` (RFC 9110 section 5.6.6).
struct HeaderParameters: Equatable {
    /// What stands before the first semicolon, in lower case.
    var value: String
    /// By name, in lower case; the first of each.
    var parameters: [String: String] = [:]

    init(_ text: String) {
        var rest = text[...]
        value = Self.take(&rest) { $0 == ";" }.trimmed.lowercased()
        while rest.first == ";" {
            rest = rest.dropFirst()
            let name = Self.take(&rest) { $0 == "=" || $0 == ";" }.trimmed.lowercased()
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().drop { $0 == " " }
            let value = rest.first == "\"" ? Self.quoted(&rest) : Self.take(&rest) { $0 == ";" }.trimmed
            if !name.isEmpty, parameters[name] == nil { parameters[name] = value }
            _ = Self.take(&rest) { $0 == ";" }
        }
    }

    /// `UTF-8''na%C3%AFve.txt` (RFC 8187); `nil` for another charset or what is no such value.
    static func extended(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        return String(parts[2]).removingPercentEncoding
    }

    private static func take(_ rest: inout Substring, until isEnd: (Character) -> Bool) -> String {
        let taken = rest.prefix { !isEnd($0) }
        rest = rest[taken.endIndex...]
        return String(taken)
    }

    private static func quoted(_ rest: inout Substring) -> String {
        var text = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            // Browsers escape a quote as %22 and leave a backslash as it is; others write \".
            if character == "\\", rest.first == "\"" || rest.first == "\\" {
                text.append(rest.removeFirst())
            } else {
                text.append(character)
            }
        }
        return text
    }
}
