import ChatCore
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import ChatHTTP

@Suite("Events over HTTP")
struct EventSiteTests {
    @Test("Small bodies need no share of the budget; large ones give theirs back when they are done")
    func budget() throws {
        let budget = BodyBudget(bytes: 100_000)
        #expect(try budget.take(EventSite.smallBody) == nil)
        var first = try budget.take(60_000)
        #expect(throws: ChatError.self) { try budget.take(60_000) }
        #expect(try budget.take(40_000) != nil)
        first = nil
        let second = try budget.take(100_000)
        #expect(second != nil && first == nil)
    }

    @Test("Each code of an ack has its status", arguments: ChatError.Code.allCases)
    func statuses(_ code: ChatError.Code) {
        let expected: Int =
            switch code {
            case .invalid, .tooLong: 400
            case .unauthorized: 401
            case .forbidden: 403
            case .notFound: 404
            case .conflict: 409
            case .rateLimited: 429
            case .internal: 500
            case .unavailable: 503
            case .storageFull: 507
            }
        let error = ChatError(code, "No.")
        #expect(Response.ack(refusing: error).status.code == expected)
        #expect(Response.ack(.init(), error).status.code == expected)
    }

    @Test("Who is to ask again is told when")
    func retryAfter() {
        let slow = ChatError(.rateLimited, "Slow down.", retryAfter: .milliseconds(1200))
        #expect(Response.ack(refusing: slow).headers[.retryAfter] == "2")
        #expect(Response.ack(refusing: ChatError(.unavailable, "Stopping.")).headers[.retryAfter] == "1")
    }
}
