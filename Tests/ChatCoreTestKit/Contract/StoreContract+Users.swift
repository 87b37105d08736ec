import ByteText
import ChatCore

extension StoreContract {
    static let users: [ContractRule] = [
        ContractRule("A user is stored as given, trimmed, and found by id and by name in any case") { bench in
            let new = NewUser(
                id: UserID("u-1"), username: "  Ann Smith ", displayName: " Ann ", avatarURL: "https://a.example/x.png")
            guard case .user(let user) = try await bench.perform(.createUser(new)) else {
                throw ContractViolation("createUser answers a user")
            }
            try expectEqual(user.username, "Ann Smith")
            try expectEqual(user.displayName, "Ann")
            try expectEqual(user.createdAt, bench.clock.now)
            try expectEqual(user.lastSeenAt, nil)
            let (byID, byName) = try await bench.read {
                (try $0.user(UserID("u-1")), try $0.user(named: "aNN sMITH"))
            }
            try expectEqual(byID, user)
            try expectEqual(byName, user)
        },
        ContractRule("Without an id one is made, and no two are the same") { bench in
            guard case .user(let one) = try await bench.perform(.createUser(NewUser(username: "one"))),
                case .user(let two) = try await bench.perform(.createUser(NewUser(username: "two")))
            else { throw ContractViolation("createUser answers a user") }
            try expect(one.id != two.id && one.id.rawValue.count == 36, "\(one.id) \(two.id)")
        },
        ContractRule("Usernames are unique, case folded and composed; ids for ever") { bench in
            _ = try await bench.perform(.createUser(NewUser(id: UserID("a"), username: "Straße")))
            try await bench.refuses(.createUser(NewUser(username: "STRASSE")), .conflict, field: "username")
            _ = try await bench.perform(.createUser(NewUser(username: "Zo\u{EB}")))
            try await bench.refuses(.createUser(NewUser(username: "zoe\u{308}")), .conflict, field: "username")
            try await bench.refuses(.createUser(NewUser(id: UserID("a"), username: "other")), .conflict, field: "id")
            _ = try await bench.perform(.deleteUser(UserID("a"), deleteMessages: false))
            try await bench.refuses(.createUser(NewUser(id: UserID("a"), username: "other")), .conflict, field: "id")
            _ = try await bench.perform(.createUser(NewUser(username: "strasse")))
        },
        ContractRule("Usernames are unique without what is invisible in them, found by either, and given up") {
            bench in
            _ = try await bench.perform(.createUser(NewUser(id: UserID("a"), username: "می\u{200C}خواهم")))
            for double in ["میخواهم", "م\u{200D}ی\u{200C}خواهم"] {
                try await bench.refuses(.createUser(NewUser(username: double)), .conflict, field: "username")
                try expectEqual(try await bench.read { try $0.user(named: double)?.id }, .some(UserID("a")))
            }
            for mark in ["\u{200B}", "\u{202E}", "\u{FE0F}", "\u{3164}"] {
                try await bench.refuses(.createUser(NewUser(username: "b" + mark)), .invalid, field: "username")
            }
            _ = try await bench.perform(.updateUser(UserID("a"), UserPatch(username: "other")))
            _ = try await bench.perform(.createUser(NewUser(username: "میخواهم")))
        },
        ContractRule("A user who signs in with a token of others' is made, and then follows what it says") { bench in
            let id = UserID("auth0|507f")
            let profile = TokenProfile(name: "Maria Garcia", picture: "https://a.example/m.png")
            guard case .user(let made) = try await bench.perform(.signIn(SignIn(id, profile))) else {
                throw ContractViolation("signIn answers a user")
            }
            try expectEqual([made.id.rawValue, made.username], ["auth0|507f", "auth0|507f"])
            try expectEqual(made.displayName, "Maria Garcia")
            try expectEqual(made.avatarURL, "https://a.example/m.png")
            try await bench.changesNothing(.signIn(SignIn(id, profile)))
            try await bench.changesNothing(.signIn(SignIn(id, TokenProfile(preferredUsername: "else", name: " "))))
            bench.sink.forget()
            _ = try await bench.perform(.signIn(SignIn(id, TokenProfile(name: "Maria Lopez"))))
            guard case .userUpdated(let card, in: _)? = bench.sink.newChanges().first else {
                throw ContractViolation("the card is told")
            }
            try expectEqual([card.displayName, card.avatarURL], ["Maria Lopez", "https://a.example/m.png"])
            _ = try await bench.perform(.deleteUser(id, deleteMessages: false))
            try await bench.refuses(.signIn(SignIn(id, profile)), .conflict, field: "id")
        },
        ContractRule("Bad names, ids and addresses are refused by field") { bench in
            for name in ["", "   ", "a\nb", "\u{0}", "a\u{7F}"] {
                try await bench.refuses(.createUser(NewUser(username: name)), .invalid, field: "username")
            }
            let long = String(repeating: "x", count: 65)
            try await bench.refuses(.createUser(NewUser(username: long)), .tooLong, field: "username")
            for id in ["", "a b", "ä", String(repeating: "x", count: 129), "a\u{200B}"] {
                try await bench.refuses(
                    .createUser(NewUser(id: UserID(id), username: "x")), .invalid, field: "id")
            }
            try await bench.refuses(
                .createUser(NewUser(username: "x", avatarURL: "javascript:alert(1)")), .invalid, field: "avatar_url")
            try expectEqual(try await bench.read { try $0.users(matching: nil, page: PageRequest()).items }, [])
        },
        ContractRule("A patch changes what it names, tells the card once, and nothing when nothing changes") { bench in
            let ann = try await bench.user("ann")
            bench.sink.forget()
            _ = try await bench.perform(.updateUser(ann, UserPatch(displayName: .some("Ann"))))
            guard case .userUpdated(let card, in: _)? = bench.sink.newChanges().first else {
                throw ContractViolation("the card is told")
            }
            try expectEqual(card.displayName, "Ann")
            try expectEqual(card.username, "ann")
            try await bench.changesNothing(.updateUser(ann, UserPatch(displayName: .some("Ann"))))
            _ = try await bench.perform(.updateUser(ann, UserPatch(username: "ANN", displayName: .some(nil))))
            let user = try await bench.read { try $0.user(ann) }
            try expectEqual(user?.username, "ANN")
            try expectEqual(user?.displayName, .some(nil))
            try await bench.user("bob")
            try await bench.refuses(.updateUser(ann, UserPatch(username: "Bob")), .conflict, field: "username")
            try await bench.refuses(.updateUser(UserID("nobody"), UserPatch()), .notFound)
        },
        ContractRule("A new name shows in messages sent before") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let message = try await bench.send("hello", to: chat, from: ann)
            _ = try await bench.perform(.updateUser(ann, UserPatch(username: "anna")))
            try expectEqual(try await bench.read { try $0.message(message.id)?.sender?.username }, "anna")
            try expectEqual(try await bench.send("again", to: chat, from: ann).sender?.username, "anna")
        },
        ContractRule("Users are listed in the order of their creation, searched by part of a name, page by page") {
            bench in
            for number in 1...7 { try await bench.user("user\(number)") }
            _ = try await bench.perform(.updateUser(UserID("user3"), UserPatch(displayName: .some("Zoë Zebra"))))
            var names: [String] = []
            var after: String?
            repeat {
                let request = PageRequest(after: after, limit: 3)
                let page = try await bench.read { try $0.users(matching: "USER", page: request) }
                try expect(page.items.count <= 3, "\(page.items.count)")
                names += page.items.map(\.username)
                after = page.next
            } while after != nil
            try expectEqual(names, (1...7).map { "user\($0)" })
            let zebra = try await bench.read { try $0.users(matching: "zoë z", page: PageRequest()).items.map(\.id) }
            try expectEqual(zebra, [UserID("user3")])
            for part in ["zoe", "ZOE\u{308}", "ｚｏｅ", "oe z"] {
                let found = try await bench.read { try $0.users(matching: part, page: PageRequest()).items.map(\.id) }
                try expectEqual(found, zebra)
            }
            let marks = try await bench.read { try $0.users(matching: "\u{308}", page: PageRequest()).items }
            try expectEqual(marks, [])
            try expectEqual(try await bench.read { try $0.users(matching: "%", page: PageRequest()).items.count }, 0)
        },
        ContractRule("Deleting a user keeps the messages as a deleted user's, frees the name, and tells the chats") {
            bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let message = try await bench.send("hello", to: chat, from: ann)
            bench.sink.forget()
            _ = try await bench.perform(.deleteUser(ann, deleteMessages: false))
            try expectEqual(bench.sink.newChanges(), [.memberRemoved(chat, ann), .userDeleted(ann)])
            let (user, kept, members, cards) = try await bench.read {
                (
                    try $0.user(ann), try $0.message(message.id), try $0.members(of: chat, page: PageRequest()).items,
                    try $0.cards([ann, bob])
                )
            }
            try expectEqual(user, nil)
            try expectEqual(kept?.content, "hello")
            try expectEqual(kept?.sender?.username, "deleted user")
            try expectEqual(members.map(\.user.id), [bob])
            try expectEqual(cards.map(\.username), ["deleted user", "bob"])
            try await bench.refuses(.deleteUser(ann, deleteMessages: false), .notFound)
            try await bench.refuses(.send(NewMessage(chatID: chat, sender: ann, content: "x")), .forbidden)
            _ = try await bench.perform(.createUser(NewUser(username: "ann")))
        },
        ContractRule("Deleting a user with the messages makes tombstones of them, in chats left long ago too") {
            bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let first = try await bench.send("one", to: chat, from: ann)
            let other = try await bench.send("two", to: chat, from: bob)
            _ = try await bench.perform(.removeMember(chat, ann, by: .operator))
            bench.sink.forget()
            _ = try await bench.perform(.deleteUser(ann, deleteMessages: true))
            for case .messageDeleted(let told) in bench.sink.newChanges() {
                try expectEqual(told.sender?.username, "deleted user", "who is told of it")
            }
            let (gone, kept) = try await bench.read { (try $0.message(first.id), try $0.message(other.id)) }
            try expectEqual(gone?.content, "")
            try expect(gone?.deletedAt != nil, "a tombstone")
            try expectEqual(kept?.content, "two")
        },
        ContractRule("A blocked user is told, may not send, and may again when unblocked") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            bench.sink.forget()
            _ = try await bench.perform(.setBlocked(ann, true))
            try expectEqual(bench.sink.newChanges(), [.userBlocked(ann)])
            try await bench.changesNothing(.setBlocked(ann, true))
            try await bench.refuses(.send(NewMessage(chatID: chat, sender: ann, content: "x")), .forbidden)
            let admission = try await bench.read {
                try $0.admission(of: ann, token: TokenFacts(id: nil, issuedAt: nil))
            }
            try expectEqual(admission, .blocked)
            _ = try await bench.perform(.setBlocked(ann, false))
            try await bench.send("y", to: chat, from: ann)
        },
        ContractRule("Presence is kept, and who was online at the end is known after it") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let at = bench.clock.now
            _ = try await bench.perform(
                .presence([
                    PresenceChange(userID: ann, online: true, at: at),
                    PresenceChange(userID: bob, online: true, at: at),
                    PresenceChange(userID: UserID("nobody"), online: true, at: at),
                ]))
            let later = at.advanced(by: .seconds(5))
            _ = try await bench.perform(.presence([PresenceChange(userID: bob, online: false, at: later)]))
            try expectEqual(try await bench.read { try $0.user(bob)?.lastSeenAt }, .some(later))
            try bench.restart()
            try expectEqual(try await bench.read { try $0.usersOnlineAtLastEnd() }, [ann])
        },
        ContractRule("Settings are kept and replaced") { bench in
            _ = try await bench.perform(.setSetting(key: "k", value: "one"))
            _ = try await bench.perform(.setSetting(key: "k", value: "two"))
            try bench.restart()
            let (there, absent) = try await bench.read { (try $0.setting("k"), try $0.setting("other")) }
            try expectEqual(there, "two")
            try expectEqual(absent, nil)
        },
    ]
}
