import ChatCore

extension ChatError {
    static func tooFast(_ what: String, retryAfter: Duration) -> ChatError {
        ChatError(.rateLimited, "Too many \(what); wait a little.", retryAfter: retryAfter)
    }
}
