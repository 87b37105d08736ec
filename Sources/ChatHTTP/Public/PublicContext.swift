import Hummingbird
import Logging

/// The context of a request of the public listener: Hummingbird's, without a channel of its own.
struct PublicContext: RequestContext {
    typealias Source = Origin

    struct Origin: RequestContextSource {
        var logger: Logger
        var connection: PublicConnection
    }

    let connection: PublicConnection
    var coreContext: CoreRequestContextStorage

    init(source: Origin) {
        connection = source.connection
        coreContext = CoreRequestContextStorage(source: source)
    }
}
