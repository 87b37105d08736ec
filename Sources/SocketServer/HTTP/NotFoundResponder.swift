import NIOHTTP1

/// Answers 404 to everything.
public struct NotFoundResponder: HTTPResponder {
    public init() {}

    public func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        await writer.respond(.notFound)
    }
}
