import ChatCore

extension StoreContract {
    private static let everybodyCreates = ChatPolicy(clientsCreateChats: .all)

    static let members: [ContractRule] = [
        ContractRule("A new member has read everything so far, and is told to all") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann])
            for number in 1...3 { try await bench.send("\(number)", to: chat, from: ann) }
            bench.sink.forget()
            guard case .member(let member) = try await bench.perform(.putMember(chat, bob, role: nil, by: .operator))
            else { throw ContractViolation("putMember answers a member") }
            try expectEqual(member.role, .member)
            try expectEqual(member.readSeq, 3)
            try expectEqual(member.deliveredSeq, 3)
            let its = try await bench.read { try $0.chat(chat) }
            try expectEqual(its?.memberCount, 2)
            let expected = [Change.memberAdded(try unwrap(its), member.user)]
            try expectEqual(bench.sink.newChanges(), expected)
            try await bench.changesNothing(.putMember(chat, bob, role: nil, by: .operator))
            try expectEqual(try await bench.read { try $0.unreadTotal(of: bob) }, 0)
            try await bench.send("4", to: chat, from: ann)
            try expectEqual(try await bench.read { try $0.unreadCount(of: bob, in: chat) }, 1)
            try await bench.refuses(.putMember(chat, UserID("nobody"), role: nil, by: .operator), .notFound)
            try await bench.refuses(.putMember(ChatID("none"), bob, role: nil, by: .operator), .notFound)
        },
        ContractRule("Users add members where the policy and their role let them", policy: everybodyCreates) { bench in
            let (ann, bob, carl) = (
                try await bench.user("ann"), try await bench.user("bob"), try await bench.user("carl")
            )
            let chat = try await bench.group("c", [ann, bob], owner: ann)
            try await bench.refuses(.putMember(chat, carl, role: nil, by: .user(bob)), .forbidden)
            try await bench.refuses(
                .putMember(chat, UserID("nobody"), role: nil, by: .user(ann)), .notFound, field: "userId")
            _ = try await bench.perform(.putMember(chat, carl, role: nil, by: .user(ann)))
            _ = try await bench.perform(.removeMember(chat, carl, by: .user(ann)))
            _ = try await bench.perform(.putMember(chat, bob, role: .admin, by: .user(ann)))
            try await bench.refuses(.putMember(chat, carl, role: .admin, by: .user(bob)), .forbidden)
            _ = try await bench.perform(.putMember(chat, carl, role: nil, by: .user(bob)))
            try await bench.refuses(.putMember(chat, carl, role: .owner, by: .user(bob)), .forbidden)
            try await bench.refuses(.putMember(chat, ann, role: .member, by: .user(ann)), .conflict, field: "role")
            let role = try await bench.read { try $0.member(ann, of: chat)?.role }
            try expectEqual(role, .owner)
        },
        ContractRule("Without the policy no user adds members") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann], owner: ann)
            try await bench.refuses(.putMember(chat, bob, role: nil, by: .user(ann)), .forbidden)
        },
        ContractRule("Members are removed by role: owners remove all, admins plain members, members nobody") { bench in
            let ids = try await bench.users(["owner", "admin", "admin2", "member", "member2"])
            let (owner, admin, admin2, member, member2) = (ids[0], ids[1], ids[2], ids[3], ids[4])
            let chat = try await bench.group("c", ids, owner: owner)
            for id in [admin, admin2] { _ = try await bench.perform(.putMember(chat, id, role: .admin, by: .operator)) }
            try await bench.refuses(.removeMember(chat, member2, by: .user(member)), .forbidden)
            try await bench.refuses(.removeMember(chat, owner, by: .user(admin)), .forbidden)
            try await bench.refuses(.removeMember(chat, admin2, by: .user(admin)), .forbidden)
            bench.sink.forget()
            _ = try await bench.perform(.removeMember(chat, member2, by: .user(admin)))
            try expectEqual(bench.sink.newChanges(), [.memberRemoved(chat, member2)])
            try await bench.refuses(.removeMember(chat, member2, by: .user(admin)), .notFound)
            try await bench.refuses(.removeMember(chat, member, by: .user(member2)), .forbidden)
            try await bench.refuses(.removeMember(chat, member2, by: .operator), .notFound)
            _ = try await bench.perform(.removeMember(chat, admin2, by: .user(owner)))
            _ = try await bench.perform(.removeMember(chat, member, by: .user(member)))
            try expectEqual(try await bench.read { try $0.chat(chat)?.memberCount }, 2)
        },
        ContractRule("When the last owner goes the oldest admin, else the oldest member, becomes owner") { bench in
            let ids = try await bench.users(["owner", "first", "second", "admin"])
            let chat = try await bench.group("c", ids, owner: ids[0])
            _ = try await bench.perform(.putMember(chat, ids[3], role: .admin, by: .operator))
            bench.sink.forget()
            _ = try await bench.perform(.removeMember(chat, ids[0], by: .user(ids[0])))
            try expectEqual(
                bench.sink.newChanges(), [.memberRemoved(chat, ids[0]), .memberRoleChanged(chat, ids[3], .owner)])
            _ = try await bench.perform(.deleteUser(ids[3], deleteMessages: false))
            try expectEqual(try await bench.read { try $0.member(ids[1], of: chat)?.role }, .owner)
        },
        ContractRule("Who was removed sees nothing, and begins anew when added again") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let first = try await bench.send("1", to: chat, from: ann)
            _ = try await bench.perform(.removeMember(chat, bob, by: .operator))
            try await bench.refuses(.markRead(chat, first.id, by: bob), .forbidden)
            try await bench.refuses(.send(NewMessage(chatID: chat, sender: bob, content: "x")), .forbidden)
            try expectEqual(try await bench.read { try $0.chatList(of: bob).count }, 0)
            try expectEqual(try await bench.read { try $0.unreadTotal(of: bob) }, 0)
            for number in 2...5 { try await bench.send("\(number)", to: chat, from: ann) }
            _ = try await bench.perform(.putMember(chat, bob, role: nil, by: .operator))
            let member = try await bench.read { try $0.member(bob, of: chat) }
            try expectEqual(member?.readSeq, 5)
            try expectEqual(try await bench.read { try $0.unreadTotal(of: bob) }, 0)
        },
        ContractRule("Members are listed page by page with their watermarks") { bench in
            let ids = try await bench.users((1...5).map { "u\($0)" })
            let chat = try await bench.group("c", ids)
            try await bench.send("1", to: chat, from: ids[2])
            let page = try await bench.read { try $0.members(of: chat, page: PageRequest(limit: 3)) }
            try expectEqual(page.items.map(\.user.id), Array(ids[..<3]))
            try expectEqual(page.items.map(\.readSeq), [0, 0, 1])
            let next = PageRequest(after: page.next, limit: 3)
            try expectEqual(
                try await bench.read { try $0.members(of: chat, page: next).items.map(\.user.id) }, Array(ids[3...]))
        },
        ContractRule("Contacts are those one shares a chat with") { bench in
            let (ann, bob, carl) = (
                try await bench.user("ann"), try await bench.user("bob"), try await bench.user("carl")
            )
            let one = try await bench.group("one", [ann, bob])
            let two = try await bench.group("two", [ann])
            let others = [ann, bob, carl, UserID("nobody")]
            let (contacts, ids, presence) = try await bench.read {
                (
                    try $0.contacts(of: ann, among: others), try $0.presenceChats(of: ann, quietMembers: .max),
                    try $0.presenceChats(of: ann, quietMembers: 1)
                )
            }
            try expectEqual(contacts.subtracting([ann]), [bob])
            try expectEqual(Set(ids), [one, two])
            try expectEqual(presence, [two])
        },
    ]
}
