import ChatCore
import ServiceLifecycle

/// Ends the appliance when the store has lost its file: nothing can be stored any more, and a clear end is better than
/// a server that answers nobody.
struct StoreWatch: Service {
    let losses: AsyncStream<StoreOpenError>

    func run() async throws {
        for await loss in losses.cancelOnGracefulShutdown() { throw Failure(loss) }
    }
}
