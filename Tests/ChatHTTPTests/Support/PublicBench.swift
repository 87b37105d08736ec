import ByteText
import ChatCore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SocketServer

@testable import ChatHTTP

/// The public listener's routes, without a socket.
enum PublicBench {
    static func router(_ store: any ChatStore, prefix: PathPrefix? = nil) -> PublicRouter {
        let files = FileSite(store: store, verifier: NobodysVerifier(), links: NobodysLinks(), maxAttachment: 1000)
        return PublicRouter(
            files: files, events: EventSite(desk: NobodysDesk(), files: files, maxBody: 1000),
            documents: [StaticDocument(path: "/parley.d.ts", type: "text/plain", text: "//")], cors: .any,
            prefix: prefix, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static func status(_ router: PublicRouter, _ method: HTTPRequest.Method, _ target: String) async -> Int {
        let head = HTTPRequest(method: method, scheme: "http", authority: "a", path: target)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let match = router.match(method, target: target)
        return await router.answer(match, request, on: PublicConnection(address: "192.0.2.1")).status.code
    }
}

private struct NobodysVerifier: TokenVerifier {
    func verify(_ token: String) throws(TokenError) -> VerifiedToken { throw .unauthorized("none") }
    func stillAccepts(_ hold: TokenHold) -> Bool { true }
}

private struct NobodysDesk: EventDesk {
    func answer(_ event: ByteString, _ body: ByteBuffer, as user: User) async -> (
        ack: ByteBuffer, failure: ChatError?
    ) { (ByteBuffer(string: "{}"), nil) }
}

private struct NobodysLinks: FileLinks {
    func signature(of file: FileID, for user: UserID, until expiry: Timestamp) -> String { "" }
    func holds(_ signature: String, of file: FileID, for user: UserID, until expiry: Timestamp) -> Bool { false }
}
