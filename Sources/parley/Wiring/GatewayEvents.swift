import ByteText
import ChatCore
import ChatGateway
import ChatHTTP
import NIOCore

/// The gateway as requests for events see it.
struct GatewayEvents: EventDesk {
    let gateway: ChatGateway

    func answer(_ event: ByteString, _ body: ByteBuffer, as user: User) async -> (
        ack: ByteBuffer, failure: ChatError?
    ) {
        await gateway.answer(event, body, as: user)
    }
}
