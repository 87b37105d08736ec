import ChatCore

extension ChatError {
    /// Any error as one that clients may see: what is no `ChatError` is a fault of ours.
    static func describing(_ error: any Error) -> ChatError {
        error as? ChatError ?? ChatError(.internal, "Something went wrong on the server.")
    }
}
