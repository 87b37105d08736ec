/// Answers requests in a task, with streamed bodies both ways: the seam for a web framework.
public protocol HTTPResponder: Sendable {
    /// Answers one request. The task is cancelled when the client goes away. Returning without a response answers 500;
    /// returning in the middle of one ends the connection, so that the client sees that it is not whole.
    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async
}
