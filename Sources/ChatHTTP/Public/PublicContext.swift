import Hummingbird
import Logging

/// The context of a request of the public listener: Hummingbird's, without a channel of its own.
struct PublicContext: RequestContext {
    typealias Source = Origin

    struct Origin: RequestContextSource {
        var logger: Logger
    }

    var coreContext: CoreRequestContextStorage

    init(source: Origin) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
