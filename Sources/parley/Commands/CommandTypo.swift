import ArgumentParser

/// A word on the command line where a command should stand, and the command that was meant, as far as it can be told.
///
/// ArgumentParser would take it for an argument of the default command, or count the arguments that are too many.
struct CommandTypo: Equatable {
    /// Bytes of a word that are looked at.
    private static let longest = 40

    /// `parley user`
    let group: String
    let word: String
    /// What there is, nearest first, where anything is near; else everything.
    let suggestion: String?
    let known: [String]
    /// How the command that was meant is used, or else the group.
    let usage: String

    /// - Parameter arguments: without the program's name.
    /// - Returns: `nil` where each word that should be a command is one.
    init?(in arguments: [String]) {
        var group: any ParsableCommand.Type = ParleyCommand.self
        var path = [Self.name(group)]
        for word in arguments {
            let commands = group.configuration.subcommands
            guard !commands.isEmpty, !word.hasPrefix("-"), path.count > 1 || word != "help" else { return nil }
            if let next = commands.first(where: { Self.names($0).contains(word) }) {
                group = next
                path.append(Self.name(next))
                continue
            }
            let near = commands.compactMap { command in
                Self.names(command).map { Self.distance($0, word) }.min().map { (command, $0) }
            }.filter { $0.1 <= max(1, min($0.0.configuration.commandName?.count ?? 0, word.count) / 3) }
                .min { $0.1 < $1.1 }?.0
            self.group = path.joined(separator: " ")
            self.word = word
            suggestion = near.map(Self.name)
            known = commands.map(Self.name)
            usage = ParleyCommand.usageString(for: near ?? group)
            return
        }
        return nil
    }

    var message: String {
        let hint = suggestion.map { "did you mean \($0)?" } ?? "there are \(known.joined(separator: ", "))"
        return "\(group) has no command \"\(word)\": \(hint)"
    }

    private static func name(_ command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? ""
    }

    private static func names(_ command: any ParsableCommand.Type) -> [String] {
        [name(command)] + command.configuration.aliases
    }

    /// How many letters are wrong, missing, too many, or stand in the place of their neighbour.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8.prefix(longest)))
        var rows = [Array(0...right.count)]
        for (i, letter) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (letter == other ? 0 : 1))
                if i > 0, j > 0, letter == right[j - 1], other == left[i - 1] {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
