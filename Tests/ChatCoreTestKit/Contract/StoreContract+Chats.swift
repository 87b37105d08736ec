import ByteText
import ChatCore

extension StoreContract {
    private static func chat(_ outcome: Outcome) throws -> (Chat, Bool) {
        guard case .chat(let chat, let created) = outcome else { throw ContractViolation("answers a chat") }
        return (chat, created)
    }

    static let chats: [ContractRule] = [
        ContractRule("The operator makes a group of users named by id or username") { bench in
            let ann = try await bench.user("ann")
            guard case .user(let bob) = try await bench.perform(.createUser(NewUser(username: "Bob"))) else {
                throw ContractViolation("createUser answers a user")
            }
            bench.sink.forget()
            let new = NewChat(id: ChatID("c"), name: " Team ", members: ["ann", "bOB", "ann"])
            let (chat, created) = try chat(try await bench.perform(.createChat(new, by: .operator)))
            try expect(created, "new")
            try expectEqual(chat.name, "Team")
            try expectEqual(chat.memberCount, 2)
            try expectEqual(chat.lastSeq, 0)
            try expectEqual(bench.sink.newChanges(), [.chatCreated(chat, members: [ann, bob.id])])
            try expectEqual(try await bench.read { try $0.chat(ChatID("c")) }, .some(chat))
            let unknown = NewChat(members: ["nobody"])
            try await bench.refuses(.createChat(unknown, by: .operator), .notFound, field: "member_ids")
            try await bench.refuses(
                .createChat(NewChat(id: ChatID("a b"), members: []), by: .operator), .invalid, field: "id")
        },
        ContractRule("The same id with the same content is the chat that is there, with other content a conflict") {
            bench in
            try await bench.users(["ann", "bob", "cid"])
            let roles: [ByteString: Member.Role] = ["bob": .admin]
            let new = NewChat(id: ChatID("c"), name: " Team ", members: ["ann", "bob"], roles: roles)
            let (made, _) = try chat(try await bench.perform(.createChat(new, by: .operator)))
            bench.sink.forget()
            for members in [["ann", "bob"], ["bob", "ann", "ann"]] {
                let again = NewChat(id: ChatID("c"), name: "Team", members: members, roles: roles)
                let (found, created) = try chat(try await bench.perform(.createChat(again, by: .operator)))
                try expect(!created && found == made, "the chat that is there")
            }
            try expectEqual(bench.sink.newChanges(), [])
            for other in [
                NewChat(id: ChatID("c"), name: "Other", members: ["ann", "bob"], roles: roles),
                NewChat(id: ChatID("c"), members: ["ann", "bob"], roles: roles),
                NewChat(id: ChatID("c"), name: "Team", members: ["ann", "bob"]),
                NewChat(id: ChatID("c"), name: "Team", members: ["bob"], roles: roles),
                NewChat(id: ChatID("c"), name: "Team", members: ["bob", "cid"], roles: roles),
                NewChat(id: ChatID("c"), name: "Team", members: ["ann", "bob", "cid"], roles: roles),
                NewChat(id: ChatID("c"), name: "Team", kind: .direct, members: ["ann", "bob"]),
            ] { try await bench.refuses(.createChat(other, by: .operator), .conflict, field: "id") }
            _ = try await bench.perform(.deleteChat(ChatID("c")))
            try await bench.refuses(.createChat(new, by: .operator), .conflict, field: "id")
        },
        ContractRule("A large chat that is made again is the one that is there, with its roles") { bench in
            let names = try await bench.users((0..<450).map { "u\($0)" }).map(\.rawValue)
            let roles: [ByteString: Member.Role] = ["u7": .owner, "u440": .admin]
            let new = NewChat(id: ChatID("c"), members: names, roles: roles)
            let (made, first) = try chat(try await bench.perform(.createChat(new, by: .operator)))
            let (found, second) = try chat(try await bench.perform(.createChat(new, by: .operator)))
            try expect(first && !second && found == made && made.memberCount == 450, "the chat that is there")
            for (name, role) in [("u7", Member.Role.owner), ("u440", .admin), ("u8", .member)] {
                let member = try await bench.read { try $0.member(UserID(name), of: ChatID("c")) }
                try expectEqual(member?.role, role)
            }
            let other = NewChat(id: ChatID("c"), members: names)
            try await bench.refuses(.createChat(other, by: .operator), .conflict, field: "id")
        },
        ContractRule("Who is named twice has the one role that was given; two are refused, and any in a direct chat") {
            bench in
            try await bench.user("ann")
            guard case .user(let bob) = try await bench.perform(.createUser(NewUser(username: "Bob"))) else {
                throw ContractViolation("createUser answers a user")
            }
            let names = ["bob", bob.id.rawValue]
            let new = NewChat(members: names, roles: [ByteString(names[1]): .owner])
            let (made, _) = try chat(try await bench.perform(.createChat(new, by: .operator)))
            let members = try await bench.read { try $0.members(of: made.id, page: PageRequest()).items }
            try expectEqual(members.map(\.role), [.owner])
            let twice = NewChat(members: names, roles: ["bob": .admin, ByteString(names[1]): .owner])
            try await bench.refuses(.createChat(twice, by: .operator), .invalid)
            let direct = NewChat(kind: .direct, members: ["ann", "bob"], roles: ["bob": .owner])
            try await bench.refuses(.createChat(direct, by: .operator), .invalid, field: "members")
        },
        ContractRule("Users create what the policy lets them: nothing") { bench in
            let ann = try await bench.user("ann")
            try await bench.user("bob")
            for kind in Chat.Kind.allCases {
                try await bench.refuses(
                    .createChat(NewChat(kind: kind, members: ["bob"]), by: .user(ann)), .forbidden)
            }
        },
        ContractRule(
            "Users create what the policy lets them: direct chats", policy: ChatPolicy(clientsCreateChats: .direct)
        ) {
            bench in
            let ann = try await bench.user("ann")
            try await bench.user("bob")
            try await bench.refuses(.createChat(NewChat(members: ["bob"]), by: .user(ann)), .forbidden)
            let new = NewChat(kind: .direct, members: ["bob"])
            let (chat, created) = try chat(try await bench.perform(.createChat(new, by: .user(ann))))
            try expect(created && chat.memberCount == 2, "a direct chat")
        },
        ContractRule("Who creates a group is its owner", policy: ChatPolicy(clientsCreateChats: .all)) { bench in
            let ann = try await bench.user("ann")
            try await bench.user("bob")
            let new = NewChat(name: "x", members: ["bob"])
            let (chat, _) = try chat(try await bench.perform(.createChat(new, by: .user(ann))))
            let roles = try await bench.read { try $0.members(of: chat.id, page: PageRequest()).items.map(\.role) }
            try expectEqual(roles, [.owner, .member])
            try await bench.refuses(
                .createChat(NewChat(members: ["nobody"]), by: .user(ann)), .notFound, field: "memberIds")
        },
        ContractRule("A direct chat is unique for its pair, whoever asks, and has two members") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let first = NewChat(kind: .direct, members: ["ann", "bob"])
            let (chat, created) = try chat(try await bench.perform(.createChat(first, by: .operator)))
            try expect(created, "new")
            bench.sink.forget()
            let second = NewChat(kind: .direct, members: ["bob", "ann"])
            let (same, again) = try Self.chat(try await bench.perform(.createChat(second, by: .operator)))
            try expectEqual(same, chat)
            try expect(!again, "there already")
            try expectEqual(bench.sink.newChanges(), [])
            for members in [["ann"], ["ann", "ann"], []] {
                try await bench.refuses(
                    .createChat(NewChat(kind: .direct, members: members), by: .operator), .invalid)
            }
            try await bench.user("carl")
            try await bench.refuses(.putMember(chat.id, UserID("carl"), role: nil, by: .operator), .invalid)
            _ = try await bench.perform(.removeMember(chat.id, ann, by: .user(ann)))
            bench.sink.forget()
            let (back, _) = try Self.chat(try await bench.perform(.createChat(second, by: .operator)))
            try expectEqual(back.id, chat.id)
            try expectEqual(back.memberCount, 2)
            try expectEqual(bench.sink.newChanges().count, 1)
            try expect(try await bench.read { try $0.member(bob, of: chat.id) } != nil, "the other stayed")
        },
        ContractRule("A chat is renamed by owner and admin, not by a member, and told once") { bench in
            let (ann, bob, carl) = (
                try await bench.user("ann"), try await bench.user("bob"), try await bench.user("carl")
            )
            let chat = try await bench.group("c", [ann, bob], owner: ann)
            bench.sink.forget()
            let patch = ChatPatch(name: .some("New"))
            let (renamed, _) = try Self.chat(try await bench.perform(.updateChat(chat, patch, by: .user(ann))))
            try expectEqual(renamed.name, "New")
            try expectEqual(bench.sink.newChanges(), [.chatUpdated(renamed)])
            try await bench.changesNothing(.updateChat(chat, patch, by: .user(ann)))
            try await bench.refuses(.updateChat(chat, patch, by: .user(bob)), .forbidden)
            try await bench.refuses(.updateChat(chat, patch, by: .user(carl)), .forbidden)
            try await bench.refuses(.updateChat(ChatID("none"), patch, by: .user(ann)), .forbidden)
            try await bench.refuses(.updateChat(ChatID("none"), patch, by: .operator), .notFound)
            _ = try await bench.perform(.putMember(chat, bob, role: .admin, by: .operator))
            _ = try await bench.perform(.updateChat(chat, ChatPatch(name: .some(nil)), by: .user(bob)))
            try expectEqual(try await bench.read { try $0.chat(chat)?.name }, .some(nil))
        },
        ContractRule("A deleted chat is gone with its messages; its members are told") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let message = try await bench.send("hello", to: chat, from: ann)
            bench.sink.forget()
            _ = try await bench.perform(.deleteChat(chat))
            try expectEqual(bench.sink.newChanges(), [.chatDeleted(chat, members: [ann, bob])])
            try await bench.refuses(.deleteChat(chat), .notFound)
            try await bench.refuses(.send(NewMessage(chatID: chat, sender: ann, content: "x")), .forbidden)
            try await bench.refuses(.createChat(NewChat(id: chat, members: []), by: .operator), .conflict, field: "id")
            let (read, list, found) = try await bench.read {
                (try $0.message(message.id), try $0.chatList(of: ann).count, try $0.chat(chat))
            }
            try expectEqual(read, nil)
            try expectEqual(list, 0)
            try expectEqual(found, nil)
        },
        ContractRule("A chat of many members is whole when it is answered, and each member is told once") { bench in
            let users = try await bench.users((1...450).map { "user\($0)" })
            let before = bench.store.revision
            bench.sink.forget()
            let new = NewChat(id: ChatID("large"), members: users.map(\.rawValue))
            let (chat, created) = try chat(try await bench.perform(.createChat(new, by: .operator)))
            try expect(created && chat.memberCount == 450, "whole: \(chat.memberCount)")
            let told = bench.sink.newChanges().flatMap { change -> [UserID] in
                if case .chatCreated(_, let members) = change { members } else { [] }
            }
            try expectEqual(told.count, 450)
            try expectEqual(Set(told), Set(users))
            for user in [users[0], users[449]] {
                let missed = try await bench.read {
                    try $0.changes(for: user, after: before, receiptsAfter: before, limit: 100)
                }
                let card = try await bench.read { try $0.cards([user])[0] }
                try expectEqual(missed.changes, [.memberAdded(chat, card)])
            }
            _ = try await bench.perform(.deleteChat(chat.id))
            // Whoever was not told yet is no member either.
            for user in [users[0], users[449]] {
                try await bench.refuses(.send(NewMessage(chatID: chat.id, sender: user, content: "x")), .forbidden)
                let seen = try await bench.read { view in
                    (
                        try view.presenceChats(of: user, quietMembers: .max), try view.chatList(of: user).count,
                        try view.unreadTotal(of: user), try view.member(user, of: chat.id),
                        try view.contacts(of: user, among: [users[1]])
                    )
                }
                try expect(
                    seen.0.isEmpty && seen.1 == 0 && seen.2 == 0 && seen.3 == nil && seen.4.isEmpty, "\(seen)")
            }
        },
        ContractRule("Chats are listed in the order of their creation and searched by part of the name") { bench in
            for number in 1...5 {
                _ = try await bench.perform(
                    .createChat(NewChat(id: ChatID("c\(number)"), name: "Room \(number)", members: []), by: .operator))
            }
            let page = try await bench.read { try $0.chats(matching: "ROOM", page: PageRequest(limit: 3)) }
            try expectEqual(page.items.map(\.id.rawValue), ["c1", "c2", "c3"])
            let next = PageRequest(after: page.next, limit: 3)
            let rest = try await bench.read { try $0.chats(matching: nil, page: next) }
            try expectEqual(rest.items.map(\.id.rawValue), ["c4", "c5"])
            try expectEqual(rest.next, nil)
            do {
                _ = try await bench.read { try $0.chats(matching: nil, page: PageRequest(after: "-?")) }
                throw ContractViolation("a made-up cursor is refused")
            } catch let error as ChatError {
                try expectEqual(error.code, .invalid)
            }
        },
        ContractRule("The chat list begins with the liveliest chat and shows at most twenty members") { bench in
            let users = try await bench.users((1...25).map { "user\($0)" })
            let one = try await bench.group("one", users)
            let two = try await bench.group("two", [users[0]])
            try await bench.send("hello", to: one, from: users[3])
            let list = try await bench.read { try $0.chatList(of: users[0]) }
            try expectEqual(list.map(\.chat.id), [one, two])
            try expectEqual(list[0].members.count, 20)
            try expectEqual(list[0].chat.memberCount, 25)
            try expectEqual(list.map(\.unreadCount), [1, 0])
        },
    ]
}
