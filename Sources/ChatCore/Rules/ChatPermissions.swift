/// Who may do what: the one table of roles. CONTRACT section 3.
///
/// | action                                | owner | admin           | member | operator |
/// | ------------------------------------- | ----- | --------------- | ------ | -------- |
/// | read, send, react, mark read          | yes   | yes             | yes    | send     |
/// | edit a message                        | own   | own             | own    | no       |
/// | delete a message                      | any   | any             | own    | any      |
/// | rename the chat                       | yes   | yes             | no     | yes      |
/// | add a member                          | yes   | yes             | no     | yes      |
/// | give the role owner or admin, take it | yes   | no              | no     | yes      |
/// | remove a member                       | any   | plain members   | no     | any      |
/// | leave                                 | yes   | yes             | yes    | -        |
///
/// When the last owner of a group goes, the admin, else the member, who has been there longest becomes owner. Of a
/// direct chat both are plain members. `--clients-create-chats` bounds what users may create and add at all.
public enum ChatPermissions {
    /// Something that a member does to the chat.
    public enum Action: Sendable, Hashable {
        case rename
        case add
        case changeRole
        case remove(Member.Role)
        case deleteMessageOfAnother
    }

    /// Whether `role` allows `action`.
    public static func allows(_ action: Action, as role: Member.Role) -> Bool {
        switch (action, role) {
        case (_, .owner): true
        case (.rename, .admin), (.add, .admin), (.deleteMessageOfAnother, .admin): true
        case (.remove(.member), .admin): true
        case (.changeRole, .admin), (.remove, .admin): false
        case (_, .member): false
        }
    }

    /// Whether users may create a chat of this kind.
    public static func usersMayCreate(_ kind: Chat.Kind, _ policy: ChatPolicy) -> Bool {
        switch policy.clientsCreateChats {
        case .none: false
        case .direct: kind == .direct
        case .all: true
        }
    }

    /// Whether users whose role allows it may add members to a group.
    public static func usersMayAdd(_ policy: ChatPolicy) -> Bool { policy.clientsCreateChats == .all }
}
