import ChatCore
import ChatGateway
import ChatSQLite
import EngineIO
import Foundation
import Logging
import NIOPosix
import SocketIO
import SocketServer

/// A whole server on one event loop, but for the writer: what a socket sends is counted where the writer would take it,
/// and commits are told that never were.
struct GatewayStep {
    private static let batch = 10

    let store: TappedStore
    let port: Int

    /// From the bytes of a socket to commands for the writer; ten events a read.
    static func dispatch(_ count: Int) async throws {
        try await with { step in
            let client = try MicroClient(port: step.port, token: Input.members[0].rawValue)
            let burst = (0..<batch).flatMap { Input.frame(Input.send($0 + 10)) }
            for _ in 0..<max(1, count / batch) {
                try client.write(burst)
                step.store.waitForBatch()
            }
        }
    }

    /// A commit of ten messages, each as the event that goes out, told to a chat where nobody listens.
    static func encode(_ count: Int) async throws {
        try await with { step in
            for round in 0..<max(1, count / batch) { step.store.tell(commit(round)) }
        }
    }

    /// The same with fifty who listen; a run is one message, fifty deliveries.
    static func fanOut(_ count: Int) async throws {
        try await with { step in
            let clients = try Input.members.map { try MicroClient(port: step.port, token: $0.rawValue) }
            // The presence of fifty is told, and over, before anything is counted; it is the same in every run.
            sleep(2)
            for client in clients { client.drain() }
            step.store.tell(commit(0))
            usleep(200_000)
            let size = clients.map { $0.drain() }.max() ?? 0
            for round in 1...max(1, count / batch) {
                step.store.tell(commit(round))
                for client in clients { try client.read(size) }
            }
        }
    }

    /// Ten messages; always of the same length.
    private static func commit(_ round: Int) -> CommittedBatch {
        let entries = (0..<batch).map { place in
            let message = Input.message(100_000 + round * batch + place)
            return CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: [.messageNew(message)])
        }
        return CommittedBatch(entries: entries, revision: Revision((1 << 50) + Int64(round)))
    }

    private static func with(_ body: (GatewayStep) async throws -> Void) async throws {
        try await Input.withDirectory { directory in
            let store = TappedStore(try await AppendStep.populated(directory), batch: batch)
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let io = SocketIOServer(eventLoopGroup: group)
            var configuration = GatewayConfiguration()
            configuration.messageRate = 0
            configuration.eventRate = 0
            let gateway = ChatGateway(
                configuration: configuration, store: store, verifier: AnyToken(), tickets: NoTickets(),
                fileLinks: NoLinks(), io: io, eventLoopGroup: group, logger: Logger(label: "micro"))
            try await gateway.start()
            var routes = HTTPRoutes()
            routes.add(io.engine.configuration.path, io.engine)
            let server = SocketServer(
                configuration: .init(listen: [.tcp(host: "127.0.0.1", port: 0)], threads: 1), group: group,
                routes: routes)
            guard case .tcp(_, let port)? = try await server.start().first else { return }
            try await body(GatewayStep(store: store, port: port))
            gateway.endSessions()
            await server.shutdown(within: .seconds(1))
            try store.close()
        }
    }
}
