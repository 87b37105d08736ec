import ArgumentParser
import Foundation

/// The program: parses the command line, runs the command, and turns what went wrong into one line and an exit code.
@main
enum Main {
    static func main() async {
        // A peer that goes away must be an error of its write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // So must a file that has grown to the limit (setrlimit(2), RLIMIT_FSIZE).
        signal(SIGXFSZ, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try ParleyCommand.parseAsRoot(arguments)
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            StandardError.write("parley: \(failure.message)\n")
            exit(failure.status.rawValue)
        } catch {
            if isServe(arguments), ParleyCommand.exitCode(for: error) == .validationFailure {
                let line = ParleyCommand.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
                StandardError.write("parley: \(line) (see parley serve --help)\n")
                exit(ExitStatus.configuration.rawValue)
            }
            ParleyCommand.exit(withError: error)
        }
    }

    /// Whether the command line is one of `serve`, which is also meant when no command is named.
    private static func isServe(_ arguments: [String]) -> Bool {
        arguments.first.map { $0 == "serve" || $0.hasPrefix("-") } ?? true
    }
}
