import ArgumentParser
import Foundation

/// The clients of a run.
struct TokensFile {
    struct Client {
        let token: String
        let chats: [String]
    }

    let clients: [Client]

    init(path: String, limit: Int?) throws {
        // Whatever the reason: the sentence names the file.
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("\(path) cannot be read.")
        }
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
        clients = lines.prefix(limit ?? .max).map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return Client(
                token: String(parts[0]),
                chats: parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : [])
        }
        guard !clients.isEmpty, limit.map({ $0 <= clients.count }) ?? true else {
            throw ValidationError("\(path) has only \(clients.count) clients.")
        }
    }
}
