import ChatCore
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
