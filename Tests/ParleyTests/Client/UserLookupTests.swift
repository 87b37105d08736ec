import Foundation
import NIOCore
import Synchronization
import Testing

@testable import parley

@Suite("Users as an operator names them")
struct UserLookupTests {
    private struct Person: Encodable {
        var id: String
        var username: String
    }

    private struct Page: Encodable {
        var items: [Person]
        var next: String?
    }

    /// An endpoint that gives lists one by one.
    private func lookup(_ people: [Person], asked: Asked = Asked()) -> UserLookup {
        UserLookup(
            perform: { call in try answer(call, people, asked) },
            remark: { text in asked.remarks.withLock { $0.append(text) } })
    }

    private func answer(_ call: AdminCall, _ people: [Person], _ asked: Asked) throws -> AdminClient.Answer {
        asked.paths.withLock { $0.append(call.path) }
        let url = try #require(URLComponents(string: call.path))
        guard url.path == "/admin/users" else {
            let id = String(url.path.split(separator: "/")[2])
            guard let found = people.first(where: { $0.id == id }) else {
                return AdminClient.Answer(status: 404, body: ByteBuffer())
            }
            return AdminClient.Answer(status: 200, body: ByteBuffer(bytes: try JSONEncoder().encode(found)))
        }
        let place = Int(url.queryItems?.first { $0.name == "after" }?.value ?? "0") ?? 0
        let page = Page(
            items: Array(people.dropFirst(place).prefix(1)), next: place + 1 < people.count ? "\(place + 1)" : nil)
        return AdminClient.Answer(status: 200, body: ByteBuffer(bytes: try JSONEncoder().encode(page)))
    }

    private final class Asked: Sendable {
        let paths = Mutex<[String]>([])
        let remarks = Mutex<[String]>([])
    }

    private let people = [
        Person(id: "7", username: "annabel"), Person(id: "8", username: "Ann"), Person(id: "ann-9", username: "8"),
    ]

    @Test("An id comes before a username, and a username is found whatever its case, on whichever page")
    func order() async throws {
        let asked = Asked()
        let users = lookup(people.reversed(), asked: asked)
        #expect(try await users.id(of: UserReference(argument: "ann-9")) == "ann-9")
        #expect(asked.remarks.withLock { $0 } == [])
        #expect(try await users.id(of: UserReference(argument: "8")) == "8", "the id, not the username")
        #expect(try await users.id(of: UserReference(argument: "ANN")) == "8", "the whole name, not a part")
        let remark = "8 is taken as an id; it is the username of another user, whose id is ann-9"
        #expect(asked.remarks.withLock { $0 } == [remark])
    }

    @Test("Nobody is told by name, and nobody is made of an empty one")
    func nobody() async throws {
        let asked = Asked()
        let users = lookup(people, asked: asked)
        await #expect(throws: Failure(.failure, "there is no user bob, neither by id nor by username")) {
            _ = try await users.id(of: UserReference(argument: "bob"))
        }
        asked.paths.withLock { $0 = [] }
        await #expect(throws: Failure.self) { _ = try await users.path(of: UserReference(argument: "")) }
        #expect(asked.paths.withLock { $0 } == [], "an empty part of a path is another path")
    }

    @Test("An endpoint that refuses is heard")
    func refusal() async throws {
        let users = UserLookup { _ in
            AdminClient.Answer(status: 401, body: ByteBuffer(string: #"{"error":{"code":"c","message":"No key."}}"#))
        }
        await #expect(throws: Failure(.failure, "No key.")) {
            _ = try await users.id(of: UserReference(argument: "ann"))
        }
    }
}
