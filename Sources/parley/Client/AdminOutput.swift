import ArgumentParser
import ByteText
import JSON
import NIOCore

/// Shows an answer of the admin endpoint: plain lines for a person, or the JSON as it came.
struct AdminOutput: ParsableArguments {
    @Flag(help: "Print the answer as JSON")
    var json = false

    /// - Throws: ``Failure`` with the endpoint's sentence when it refused.
    func show(_ answer: AdminClient.Answer) throws {
        let text = String(buffer: answer.body)
        // Without a body, as actions answer, or with one that is shown as little.
        let value = try? JSONValue(parsing: answer.body)
        guard (200..<300).contains(answer.status) else { throw Failure(.failure, Self.refusal(of: answer)) }
        if json {
            try StandardOutput.write((text.isEmpty ? "{}" : text) + (text.hasSuffix("\n") ? "" : "\n"))
        } else {
            try StandardOutput.line(value.map(Self.plain) ?? "done")
        }
    }

    /// The endpoint's sentence, or its code where it has none.
    static func refusal(of answer: AdminClient.Answer) -> String {
        // What is no JSON has no sentence either.
        let value = try? JSONValue(parsing: answer.body)
        return value?["error"]?["message"]?.string?.string
            ?? "the admin endpoint answered with HTTP \(answer.status)"
    }

    /// An object as lines `name: value`; a list as a table.
    static func plain(_ value: JSONValue) -> String {
        guard case .object(let object) = value else { return value.line }
        guard case .array(let items)? = object["items"] else {
            return order(object.members.map(\.name)).map { "\($0): \(object[$0]?.line ?? "-")" }
                .joined(separator: "\n")
        }
        let rows = items.compactMap(\.object)
        guard !rows.isEmpty else { return "(none)" }
        var lines = table(rows)
        if case .string(let next)? = object["next"] { lines.append("more: --after \(next)") }
        return lines.joined(separator: "\n")
    }

    private static func table(_ rows: [JSONObject]) -> [String] {
        let names = order(Set(rows.flatMap { $0.members.map(\.name) }))
        let cells = [names.map(\.string)] + rows.map { row in names.map { row[$0]?.line ?? "-" } }
        let widths = names.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let line = zip(row, widths).map { $0.0 + String(repeating: " ", count: $0.1 - $0.0.count) }
                .joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// What names a thing comes first; the rest by the alphabet.
    private static func order(_ names: some Sequence<ByteString>) -> [ByteString] {
        let first: [ByteString] = ["token", "id", "token_id", "user_id", "username", "name", "seq", "sender", "content"]
        func rank(_ name: ByteString) -> Int { first.firstIndex(of: name) ?? first.count }
        return names.sorted { (rank($0), $0) < (rank($1), $1) }
    }
}
