import CMemory
import ChatCore
import ChatHTTP
import ChatTokens
import Foundation
import Logging
import ServiceLifecycle
import SocketServer

/// Puts the appliance together, runs it until it is told to stop, and takes it apart in order.
///
/// The one place that knows all parts: storage, tokens, gateway, public listener, admin listener.
struct Appliance {
    /// How long the parts have to end in order, together; the contract gives 10 s to the exit.
    static let shutdownTime: Duration = .seconds(9)

    let configuration: ServeConfiguration
    let unknownEnvironment: [String]
    let logger: Logger

    init(_ configuration: ServeConfiguration, unknownEnvironment: [String]) {
        self.configuration = configuration
        self.unknownEnvironment = unknownEnvironment
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: configuration.logLevel, format: configuration.logFormat)
        }
        logger = Logger(label: "parley")
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// - Throws: ``Failure`` when it cannot start.
    func run() async throws {
        try Signals.beginWork()
        cmemory_keep_private()
        logger.debug("open files", metadata: ["parley.limit": "\(ResourceLimits.raiseOpenFiles())"])
        try makeDirectory()
        let engine = StoreEngine(configuration)
        let isFirstStart = !engine.exists
        let (losses, loss) = AsyncStream.makeStream(of: StoreOpenError.self, bufferingPolicy: .bufferingOldest(1))
        let store = try engine.open(configuration, whenLost: { loss.yield($0) })
        Signals.workIsOpen()
        do {
            guard !Signals.isEndWanted else { return try await Self.close(store) }
            let adminKey = try AdminKey(given: configuration.adminKey, directory: configuration.dataDirectory)
            try await serve(store, adminKey, isFirstStart: isFirstStart, losses: losses)
        } catch {
            try await Self.close(store)
            throw Self.failure(error)
        }
        try await Self.close(store)
        logger.notice("stopped")
    }

    // MARK: Parts

    var unknownVariables: [StartRemark] {
        unknownEnvironment.map {
            StartRemark(message: "unknown variable in the environment", metadata: ["parley.variable": "\($0)"])
        }
    }

    private func makeDirectory() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: configuration.dataDirectory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            // Foundation does not always say why; the kernel does.
            if mkdir(configuration.dataDirectory, 0o700) == 0 { return }
            let code = errno
            guard code == EEXIST else {
                throw Failure(
                    .cannotCreate, "\(configuration.dataDirectory) cannot be made: \(ErrorText.system(code))")
            }
            throw Failure(
                .cannotCreate, "\(configuration.dataDirectory) cannot be made: \(ErrorText.clause(error))")
        }
    }

    /// - Parameter deadline: see ``ChatCore/ServedStore/close(by:)``.
    static func close(_ store: any ServedStore, by deadline: StopDeadline = StopDeadline(within: shutdownTime))
        async throws
    {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            // It blocks until everything accepted is on the disk: no thread of the pool must wait for that.
            Thread { continuation.resume(with: Result { try store.close(by: deadline) }) }.start()
        }
    }

    /// What went wrong, as the one line and the exit code that the program ends with.
    private static func failure(_ error: any Error) -> any Error {
        switch error {
        case let error as Failure: error
        case let error as StoreOpenError: Failure(error)
        case let error as SocketServerError: Failure(status(of: error), error.description)
        default: Failure(.failure, ErrorText.clause(error))
        }
    }

    private static func status(of error: SocketServerError) -> ExitStatus {
        if case .addressInUse = error { .inUse } else { .configuration }
    }
}
