import ChatCore
import Foundation
import Testing

@Suite("Who may do what")
struct ChatPermissionsTests {
    @Test("The table of roles")
    func table() {
        let actions: [(ChatPermissions.Action, Set<Member.Role>)] = [
            (.rename, [.owner, .admin]), (.add, [.owner, .admin]), (.changeRole, [.owner]),
            (.remove(.member), [.owner, .admin]), (.remove(.admin), [.owner]), (.remove(.owner), [.owner]),
            (.deleteMessageOfAnother, [.owner, .admin]),
        ]
        for (action, allowed) in actions {
            for role in Member.Role.allCases {
                #expect(ChatPermissions.allows(action, as: role) == allowed.contains(role), "\(action) \(role)")
            }
        }
    }

    /// The rows of the first table of roles in a file of the repository.
    private static func table(of path: String) throws -> [[String]] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let text = try String(contentsOf: root.appendingPathComponent(path).standardizedFileURL, encoding: .utf8)
        let lines = text.split(separator: "\n").map { $0.drop { $0 == "/" || $0 == " " } }
        let rows = lines.drop { !$0.hasPrefix("| action") }.prefix { $0.hasPrefix("|") }
        return rows.dropFirst(2).map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
    }

    @Test("The table in the code and the one in the documentation are one, and say what the code does")
    func documentation() throws {
        let rows = try Self.table(of: "Sources/ChatCore/Rules/ChatPermissions.swift")
        #expect(rows.count == 8)
        #expect(try Self.table(of: "Sources/ChatGateway/ChatGateway.docc/Clients.md") == rows)
        let words = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Array($0[1...3])) })
        let roles: [Member.Role] = [.owner, .admin, .member]
        let actions: [(String, ChatPermissions.Action)] = [
            ("rename the chat", .rename), ("add a member", .add),
            ("give the role owner or admin, take it", .changeRole),
        ]
        for (row, action) in actions {
            let said = try #require(words[row])
            #expect(said == roles.map { ChatPermissions.allows(action, as: $0) ? "yes" : "no" }, "\(row)")
        }
        #expect(
            words["delete a message"]
                == roles.map { ChatPermissions.allows(.deleteMessageOfAnother, as: $0) ? "any" : "own" })
        let removes = roles.map { role in
            roles.filter { ChatPermissions.allows(.remove($0), as: role) }.map(\.rawValue)
        }
        #expect(removes == [["owner", "admin", "member"], ["member"], []])
        #expect(words["remove a member"] == ["any", "plain members", "no"])
    }

    @Test("What users may create and add")
    func policy() {
        let expected: [(ChatPolicy.ClientsCreateChats, direct: Bool, group: Bool, add: Bool)] = [
            (.none, false, false, false), (.direct, true, false, false), (.all, true, true, true),
        ]
        for (setting, direct, group, add) in expected {
            let policy = ChatPolicy(clientsCreateChats: setting)
            #expect(ChatPermissions.usersMayCreate(.direct, policy) == direct)
            #expect(ChatPermissions.usersMayCreate(.group, policy) == group)
            #expect(ChatPermissions.usersMayAdd(policy) == add)
        }
    }
}
