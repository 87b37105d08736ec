import ArgumentParser
import Foundation
import Logging

/// The program: parses the command line, runs the command, and turns what went wrong into one line and an exit code.
@main
enum Main {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if isServe(arguments) {
            Signals.holdTheEnd()
            Signals.ignoreThoseThatEndNothing()
        }
        StandardStreams.occupy()
        Signals.ignoreThoseOfWriting()
        if let typo = CommandTypo(in: arguments) {
            StandardError.write("parley: \(Failure(.usage, typo.message))\nUsage: \(typo.usage)\n")
            Foundation.exit(ExitStatus.usage.rawValue)
        }
        do {
            let command = try ParleyCommand.parseAsRoot(arguments)
            if !(command is ServeCommand) { prepareForCommand() }
            try await run(command)
        } catch {
            end(with: error, isServe: isServe(arguments))
        }
        BackgroundWriter.standardError.flush()
    }

    private static func run(_ command: any ParsableCommand) async throws {
        var command = command
        if var waiting = command as? any AsyncParsableCommand {
            try await waiting.run()
        } else {
            try command.run()
        }
    }

    /// A command says little of its own accord, and cleans up when it is interrupted.
    private static func prepareForCommand() {
        Drafts.watchSignals()
        LoggingSystem.bootstrap { LineLogHandler(label: $0, level: .warning, format: .text) }
    }

    /// Says what went wrong, after everything that is in the log, and ends.
    private static func end(with error: any Error, isServe: Bool) -> Never {
        BackgroundWriter.standardError.flush()
        let code = ParleyCommand.exitCode(for: error)
        switch error {
        case let failure as Failure:
            exit(failure.status, failure.message)
        case _ where code.isSuccess:
            // Help, the version, a completion script.
            do {
                try StandardOutput.line(ParleyCommand.fullMessage(for: error))
            } catch {
                exit(error.status, error.message)
            }
            Foundation.exit(ExitStatus.clean.rawValue)
        case _ where code == .validationFailure && isServe:
            let line = ParleyCommand.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
            exit(.configuration, "\(line) (see parley serve --help)")
        case _ where code == .failure:
            exit(.failure, ErrorText.clause(error))
        default:
            StandardError.write(ParleyCommand.fullMessage(for: error) + "\n")
            Foundation.exit(code.rawValue)
        }
    }

    private static func exit(_ status: ExitStatus, _ message: String) -> Never {
        StandardError.write("parley: \(message)\n")
        Foundation.exit(status.rawValue)
    }

    /// Whether the command line is one of `serve`, which is also meant when no command is named.
    private static func isServe(_ arguments: [String]) -> Bool {
        arguments.first.map { $0 == "serve" || $0.hasPrefix("-") } ?? true
    }
}
