import ByteText
import ChatCore
import SocketIO

extension ChatError {
    /// Any error as one that clients may see: what is no `ChatError` is a fault of ours.
    static func describing(_ error: any Error) -> ChatError {
        error as? ChatError ?? ChatError(.internal, "Something went wrong on the server.")
    }

    /// Why an event's data was not taken, by the field that it lies in where it is one.
    init(_ flaw: EventFlaw) {
        self.init(.invalid, flaw.explanation, field: flaw.field.map { $0.prefix(atMost: 64).string })
    }
}
