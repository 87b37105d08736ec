import HTTPTypes
import Hummingbird

/// A request that has found its route.
struct HTTPCall: Sendable {
    var request: Request
    var connection: PublicConnection
    var parameters: PathParameters

    /// The client's, looked up behind trusted proxies.
    var address: String { connection.address }

    /// A free part of the path, decoded.
    ///
    /// - Throws: 404 when it is not there or empty, 400 when it is not well encoded.
    func parameter(_ name: String) throws -> String {
        guard let text = try parameters.text(name), !text.isEmpty else {
            throw HTTPFailure.notFound("There is nothing here.")
        }
        return text
    }
}
