import ArgumentParser
import ByteText
import ChatCore
import Foundation
import JSON

/// A user as an operator names one: by id or by username. CONTRACT section 1.
///
/// The endpoint's paths take ids, so what was given is not to be had as a text: only ``UserLookup`` makes an id of it.
struct UserReference: ExpressibleByArgument {
    fileprivate let text: String

    init(argument: String) { text = argument }

    static var defaultCompletionKind: CompletionKind { .custom(UserCompletion.names) }
}

/// Finds users by what an operator calls them.
struct UserLookup: Sendable {
    private static let pageSize = 200

    /// What answers calls.
    let perform: @Sendable (AdminCall) async throws -> AdminClient.Answer
    /// What hears of a name that could have meant another user.
    var remark: @Sendable (String) -> Void = { StandardError.write("parley: \($0)\n") }

    /// The id of the user; one of that id comes before one of that username, which is remarked on.
    ///
    /// - Throws: ``Failure`` when there is none.
    func id(of user: UserReference) async throws -> String {
        guard let id = try await find(user) else {
            let shown = JSONValue.string(user.text).line
            throw Failure(.failure, "there is no user \(shown), neither by id nor by username")
        }
        return id
    }

    /// The id for a path, percent-encoded.
    func path(of user: UserReference) async throws -> String { AdminCall.encoded(try await id(of: user)) }

    /// The id where there is such a user, else the username that one may have.
    func idOrUsername(of user: UserReference) async throws -> (id: String?, username: String?) {
        let id = try await find(user)
        return (id, id == nil ? user.text : nil)
    }

    /// What was given, as the id that the caller says it is.
    func givenID(of user: UserReference) -> String { user.text }

    private func find(_ user: UserReference) async throws -> String? {
        // An empty part of a path is another path.
        guard !user.text.isEmpty else { return nil }
        let answer = try await perform(AdminCall(.get, "/admin/users/\(AdminCall.encoded(user.text))"))
        if answer.status == 200, let found = try Self.value(answer)["id"]?.string?.string {
            // Most ids are nobody's name: one short list tells.
            if let other = try await findByUsername(user.text, atMostPages: 1), other != found {
                let shown = JSONValue.string(user.text).line
                remark(
                    "\(shown) is taken as an id; it is the username of another user, whose id is "
                        + JSONValue.string(other).line)
            }
            return found
        }
        // What cannot be an id may be a username.
        guard [400, 404].contains(answer.status) else { throw Failure(.failure, AdminOutput.refusal(of: answer)) }
        return try await findByUsername(user.text)
    }

    private func findByUsername(_ username: String, atMostPages limit: Int = .max) async throws -> String? {
        guard let folded = Folding.usernameKeys(username).last else { return nil }
        var next: String?
        var pages = 0
        repeat {
            let place = next.map { "&after=\(AdminCall.encoded($0))" } ?? ""
            let path = "/admin/users?q=\(AdminCall.encoded(username))&limit=\(Self.pageSize)\(place)"
            let answer = try await perform(AdminCall(.get, path))
            guard answer.status == 200 else { throw Failure(.failure, AdminOutput.refusal(of: answer)) }
            let page = try Self.value(answer)
            for user in page["items"]?.array ?? [] {
                if let name = user["username"]?.string, Folding.username(name.string) == folded,
                    let id = user["id"]?.string
                {
                    return id.string
                }
            }
            next = page["next"]?.string?.string
            pages += 1
        } while next != nil && pages < limit
        return nil
    }

    private static func value(_ answer: AdminClient.Answer) throws -> JSONValue {
        do {
            return try JSONValue(parsing: answer.body)
        } catch {
            throw Failure(.failure, "the admin endpoint answered with something that is no JSON")
        }
    }
}
