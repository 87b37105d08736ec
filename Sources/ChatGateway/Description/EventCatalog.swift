import ChatWire

/// Every event of CONTRACT section 3, described for client developers. All texts are made of one table: the signatures
/// that the client events carry, and those of ``ServerEventSignature``.
public enum EventCatalog {
    /// TypeScript declarations for socket.io-client's typed events.
    public static let typeScript = TypeScriptDeclarations().text

    /// An OpenAPI 3.1 description of the events as they are had over HTTP, as JSON.
    ///
    /// - Parameter version: the program's.
    public static func openAPI(version: String) -> String { EventsOpenAPI(version: version).text }

    /// An AsyncAPI 3.0 description, as JSON.
    ///
    /// - Parameter version: the program's.
    public static func asyncAPI(version: String) -> String { AsyncAPIDescription(version: version).text }
}
