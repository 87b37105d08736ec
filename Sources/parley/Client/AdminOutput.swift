import ArgumentParser
import ByteText
import JSON
import NIOCore

/// Shows an answer of the admin endpoint: plain lines for a person, the JSON as it came, or only what was asked for.
struct AdminOutput: ParsableArguments {
    @Flag(help: "Print the answer as JSON, as it came")
    var json = false

    @Flag(name: .shortAndLong, help: "Print only what was asked for: the token, or the ids, one a line")
    var quiet = false

    func validate() throws {
        if json, quiet { throw ValidationError("--json and --quiet exclude each other.") }
    }

    /// What one who wants only one thing of an answer wants, by the names of fields: the first that there is.
    private static let wanted: [ByteString] = ["token", "id", "token_id", "sid", "user_id"]

    /// - Parameter more: how a person gets at the rest of a list, where its `next` does not tell.
    /// - Throws: ``Failure`` with the endpoint's sentence when it refused.
    func show(_ answer: AdminClient.Answer, more: (JSONValue) -> String? = { _ in nil }) throws {
        let text = String(buffer: answer.body)
        // Without a body, as actions answer, or with one that is shown as little.
        let value = try? JSONValue(parsing: answer.body)
        guard (200..<300).contains(answer.status) else { throw Failure(.failure, Self.refusal(of: answer)) }
        if json {
            try StandardOutput.write((text.isEmpty ? "{}" : text) + (text.hasSuffix("\n") ? "" : "\n"))
        } else if quiet {
            for line in value.map(Self.brief) ?? [] { try StandardOutput.line(line) }
        } else {
            try StandardOutput.line(value.map { Self.plain($0, width: Terminal.width) } ?? "done")
            if let hint = value.flatMap(more) { try StandardOutput.line(hint) }
        }
    }

    /// The endpoint's sentence, or its code where it has none.
    static func refusal(of answer: AdminClient.Answer) -> String {
        // What is no JSON has no sentence either.
        let value = try? JSONValue(parsing: answer.body)
        return value?["error"]?["message"]?.string?.string
            ?? "the admin endpoint answered with HTTP \(answer.status)"
    }

    /// The one thing of an object, or of each in a list.
    static func brief(_ value: JSONValue) -> [String] {
        (value["items"]?.array ?? [value]).compactMap { item in
            wanted.lazy.compactMap { item.object?[$0] }.first?.line
        }
    }

    /// An object as lines `name: value`; a list as a table.
    ///
    /// - Parameter width: cells of the terminal; `nil` where it is none.
    static func plain(_ value: JSONValue, width: Int? = nil) -> String {
        guard case .object(let object) = value else { return value.line }
        guard case .array(let items)? = object["items"] else {
            return order(object.members.map(\.name)).map { "\($0): \(object[$0]?.line ?? TextTable.nothing)" }
                .joined(separator: "\n")
        }
        let rows = items.compactMap(\.object)
        guard !rows.isEmpty else { return "(none)" }
        var lines = table(rows, width)
        if case .string(let next)? = object["next"] { lines.append("more: --after \(JSONValue.string(next).line)") }
        return lines.joined(separator: "\n")
    }

    private static func table(_ rows: [JSONObject], _ width: Int?) -> [String] {
        let names = order(Set(rows.flatMap { $0.members.map(\.name) }))
        let table = TextTable(
            names: names.map(\.string),
            rows: rows.map { row in names.map { row[$0]?.line ?? TextTable.nothing } })
        let (lines, leftOut) = table.lines(within: width)
        return leftOut == 0 ? lines : lines + ["(\(leftOut) more columns with --json, or in a wider terminal)"]
    }

    /// What names a thing comes first, then what tells most; the rest by the alphabet.
    private static let first: [ByteString] = [
        "token", "id", "token_id", "sid", "user_id", "username", "name", "seq", "sender", "content", "display_name",
        "role", "type", "label", "status", "blocked", "member_count", "last_seq", "expires_at", "last_seen_at",
        "created_at",
    ]

    private static func order(_ names: some Sequence<ByteString>) -> [ByteString] {
        func rank(_ name: ByteString) -> Int { first.firstIndex(of: name) ?? first.count }
        return names.sorted { (rank($0), $0) < (rank($1), $1) }
    }
}
