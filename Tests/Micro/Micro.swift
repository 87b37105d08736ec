import Foundation

/// Runs one step of a message's way a fixed number of times on fixed input, and nothing else: what `make bench-micro`
/// counts instructions of.
///
///     parley-micro STEP COUNT
///
/// Whatever the start costs is the same for every COUNT: (instructions(2n) − instructions(n)) / n is what one run of
/// the step costs.
@main
enum Micro {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 2, let name = arguments.first, let step = steps[name],
            let count = arguments.last.flatMap({ Int($0) }), count > 0
        else {
            FileHandle.standardError.write(
                Data("usage: parley-micro \(steps.keys.sorted().joined(separator: "|")) COUNT\n".utf8))
            exit(64)
        }
        try await step(count)
    }

    private static let steps: [String: @Sendable (Int) async throws -> Void] = [
        "decode": { try DecodeStep.run($0) },
        "dispatch": { try await GatewayStep.dispatch($0) },
        "append": { try await AppendStep.run($0) },
        "encode": { try await GatewayStep.encode($0) },
        "fanout": { try await GatewayStep.fanOut($0) },
    ]
}
