import ArgumentParser
import Foundation
import NIOCore

/// Shows an answer of the admin endpoint: plain lines for a person, or the JSON as it came.
struct AdminOutput: ParsableArguments {
    @Flag(help: "Print the answer as JSON")
    var json = false

    /// - Throws: ``Failure`` with the endpoint's sentence when it refused.
    func show(_ answer: AdminClient.Answer) throws {
        let text = String(buffer: answer.body)
        let value = try? JSONDecoder().decode(PlainValue.self, from: Data(text.utf8))
        guard (200..<300).contains(answer.status) else { throw Failure(.failure, Self.refusal(of: answer)) }
        if json {
            try StandardOutput.write((text.isEmpty ? "{}" : text) + (text.hasSuffix("\n") ? "" : "\n"))
        } else {
            try StandardOutput.line(value.map(Self.plain) ?? "done")
        }
    }

    /// The endpoint's sentence, or its code where it has none.
    static func refusal(of answer: AdminClient.Answer) -> String {
        let value = try? JSONDecoder().decode(PlainValue.self, from: Data(answer.body.readableBytesView))
        guard case .object(let members)? = value, case .object(let error)? = members["error"],
            case .string(let message)? = error["message"]
        else { return "the admin endpoint answered with HTTP \(answer.status)" }
        return message
    }

    /// An object as lines `name: value`; a list as a table.
    static func plain(_ value: PlainValue) -> String {
        guard case .object(let object) = value else { return value.line }
        guard case .array(let items)? = object["items"] else {
            return order(object.keys).map { "\($0): \(object[$0]?.line ?? "-")" }.joined(separator: "\n")
        }
        let rows = items.compactMap { item in if case .object(let members) = item { members } else { nil } }
        guard !rows.isEmpty else { return "(none)" }
        var lines = table(rows)
        if case .string(let next)? = object["next"] { lines.append("more: --after \(next)") }
        return lines.joined(separator: "\n")
    }

    private static func table(_ rows: [[String: PlainValue]]) -> [String] {
        let names = order(rows.reduce(into: Set<String>()) { $0.formUnion($1.keys) })
        let cells = [names] + rows.map { row in names.map { row[$0]?.line ?? "-" } }
        let widths = names.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let line = zip(row, widths).map { $0.0 + String(repeating: " ", count: $0.1 - $0.0.count) }
                .joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// What names a thing comes first; the rest by the alphabet.
    private static func order(_ names: some Sequence<String>) -> [String] {
        let first = ["token", "id", "token_id", "user_id", "username", "name", "seq", "sender", "content"]
        func rank(_ name: String) -> Int { first.firstIndex(of: name) ?? first.count }
        return names.sorted { (rank($0), $0) < (rank($1), $1) }
    }
}
