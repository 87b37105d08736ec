import HTTPTypes
import Hummingbird

/// A request that has found its route.
struct HTTPCall: Sendable {
    var request: Request
    /// What it came on.
    var connection: PublicConnection
    var parameters: PathParameters

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
