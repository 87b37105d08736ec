import ChatCore

extension StoreContract {
    private static func missed(_ bench: StoreBench, _ user: UserID, _ since: Revision, limit: Int = 10_000) async throws
        -> ChangeSet
    {
        try await bench.read { try $0.changes(for: user, after: since, receiptsAfter: since, limit: limit) }
    }

    static let recovery: [ContractRule] = [
        ContractRule("Nothing is missed when nothing happened") { bench in
            let ann = try await bench.user("ann")
            try await bench.group("c", [ann])
            let now = bench.store.revision
            try expectEqual(try await missed(bench, ann, now), ChangeSet(changes: [], revision: now, complete: true))
        },
        ContractRule("Each changed thing is missed once, in its latest state, in order") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let old = try await bench.send((1...4).map { "old\($0)" }, to: chat, from: ann)
            let since = bench.store.revision
            let new = try await bench.send("new", to: chat, from: ann)
            _ = try await bench.perform(.edit(chat, old[0].id, content: "a", by: ann))
            _ = try await bench.perform(.edit(chat, old[0].id, content: "b", by: ann))
            _ = try await bench.perform(.delete(chat, old[1].id, by: .user(ann)))
            _ = try await bench.perform(.react(chat, old[2].id, emoji: "👍", remove: false, by: bob))
            _ = try await bench.perform(.react(chat, old[2].id, emoji: "🎉", remove: false, by: bob))
            _ = try await bench.perform(.react(chat, old[2].id, emoji: "👍", remove: true, by: bob))
            _ = try await bench.perform(.edit(chat, new.id, content: "newer", by: ann))
            _ = try await bench.perform(.react(chat, old[0].id, emoji: "x", remove: false, by: bob))
            _ = try await bench.perform(.markRead(chat, old[0].id, by: bob))
            _ = try await bench.perform(.markRead(chat, old[2].id, by: bob))
            _ = try await bench.perform(.markDelivered(chat, old[3].id, by: bob))
            _ = try await bench.perform(.updateChat(chat, ChatPatch(name: "n1"), by: .operator))
            _ = try await bench.perform(.updateChat(chat, ChatPatch(name: "n2"), by: .operator))
            let set = try await missed(bench, ann, since)
            try expect(set.complete && set.revision == bench.store.revision, "complete")
            let now = try await bench.read { view in
                (try view.chat(chat), try [new.id, old[0].id, old[1].id, old[2].id].map { try view.message($0) })
            }
            let messages = try now.1.map { try unwrap($0) }
            let at = bench.clock.now
            func receipt(_ message: Message) -> Receipt {
                Receipt(
                    chatID: chat, userID: bob, messageID: message.id, seq: message.seq, at: at, memberCount: 2)
            }
            let reactions = [Message.Reaction(emoji: "🎉", userIDs: [bob])]
            func reaction(_ emoji: String, _ removed: Bool) -> Change {
                .messageReaction(
                    ReactionChange(
                        chatID: chat, messageID: old[2].id, seq: old[2].seq, userID: bob, emoji: emoji,
                        removed: removed, reactions: reactions))
            }
            try expectEqual(
                set.changes,
                [
                    .chatUpdated(try unwrap(now.0)), .messageNew(messages[0]), .messageUpdated(messages[1]),
                    .messageDeleted(messages[2]), .messageRead(receipt(old[2])), .messageDelivered(receipt(old[3])),
                    reaction("🎉", false), reaction("👍", true),
                ])
        },
        ContractRule("Membership that changed is respected") { bench in
            let ids = try await bench.users(["ann", "bob", "carl"])
            let (ann, bob, carl) = (ids[0], ids[1], ids[2])
            let left = try await bench.group("left", [ann, bob])
            let stays = try await bench.group("stays", [ann, bob])
            let deleted = try await bench.group("deleted", [ann, bob])
            let joined = try await bench.group("joined", [bob])
            let before = try await bench.send("before", to: joined, from: bob)
            let since = bench.store.revision
            try await bench.send("nothing of it", to: left, from: bob)
            _ = try await bench.perform(.removeMember(left, ann, by: .operator))
            try await bench.send("nor of this", to: left, from: bob)
            _ = try await bench.perform(.deleteChat(deleted))
            _ = try await bench.perform(.putMember(stays, carl, role: .admin, by: .operator))
            _ = try await bench.perform(.removeMember(stays, bob, by: .operator))
            let meanwhile = try await bench.send("meanwhile", to: joined, from: bob)
            _ = try await bench.perform(.putMember(joined, ann, role: nil, by: .operator))
            let after = try await bench.send("after", to: joined, from: bob)
            let changes = try await missed(bench, ann, since).changes
            let (joinedChat, staysChat, cards) = try await bench.read {
                (try $0.chat(joined), try $0.chat(stays), try $0.cards(ids))
            }
            try expectEqual(
                Set(changes),
                [
                    .memberRemoved(left, ann), .memberRemoved(deleted, ann), .memberRemoved(stays, bob),
                    .memberAdded(try unwrap(staysChat), cards[2]), .memberAdded(try unwrap(joinedChat), cards[0]),
                    .messageNew(after),
                ])
            try expectEqual(changes.count, 6)
            try expect(!changes.contains(.messageNew(before)), "what was before the offset")
            try expect(!changes.contains(.messageNew(meanwhile)), "what was before they came, and no socket heard")
            try expectEqual(Array(changes.suffix(2)), [.memberRemoved(left, ann), .memberRemoved(deleted, ann)])
        },
        ContractRule(
            "Under history joined nothing from before joining is brought",
            policy: ChatPolicy(historyVisibility: .joined)
        ) { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [bob])
            let since = bench.store.revision
            try await bench.send("before", to: chat, from: bob)
            _ = try await bench.perform(.putMember(chat, ann, role: nil, by: .operator))
            let after = try await bench.send("after", to: chat, from: bob)
            let changes = try await missed(bench, ann, since).changes
            try expectEqual(changes.count, 2)
            try expectEqual(changes.last, .messageNew(after))
        },
        ContractRule("Pages of any size bring everything once, by where the one before ended") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chats = [try await bench.group("a", [ann, bob]), try await bench.group("b", [ann, bob])]
            let since = bench.store.revision
            var sent: Set<MessageID> = []
            for number in 0..<40 { sent.insert(try await bench.send("\(number)", to: chats[number % 2], from: bob).id) }
            for limit in [1, 3, 7, 39, 40, 41] {
                var from = since
                var got: [MessageID] = []
                var seqs: [ChatID: Int64] = [:]
                while true {
                    let set = try await missed(bench, ann, from, limit: limit)
                    try expect(set.changes.count <= limit, "at most \(limit)")
                    for case .messageNew(let message) in set.changes {
                        got.append(message.id)
                        try expectEqual(message.seq, seqs[message.chatID, default: 0] + 1, "in order")
                        seqs[message.chatID] = message.seq
                    }
                    if set.complete { break }
                    try expect(set.revision > from, "it goes on")
                    from = set.revision
                }
                try expectEqual(got.count, sent.count, "limit \(limit)")
                try expectEqual(Set(got), sent)
            }
        },
        ContractRule("A page of changes ends with about the text asked for, and nothing is left out") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chats = [try await bench.group("a", [ann, bob]), try await bench.group("b", [ann, bob])]
            let old = try await bench.send("old", to: chats[0], from: bob)
            let since = bench.store.revision
            let text = String(repeating: "ä", count: 1000)
            var sent: Set<MessageID> = []
            for number in 0..<20 { sent.insert(try await bench.send(text, to: chats[number % 2], from: bob).id) }
            _ = try await bench.perform(.edit(chats[0], old.id, content: text, by: bob))
            for (bytes, most) in [(1, 1), (5_000, 3), (1 << 20, 22)] {
                var from = since
                var got: [MessageID] = []
                while true {
                    let start = from
                    let set = try await bench.read {
                        try $0.changes(for: ann, after: start, receiptsAfter: start, limit: 1000, bytes: bytes)
                    }
                    try expect((1...most).contains(set.changes.count), "\(set.changes.count) in \(bytes) bytes")
                    for change in set.changes {
                        switch change {
                        case .messageNew(let message): got.append(message.id)
                        case .messageUpdated(let message): try expectEqual(message.id, old.id)
                        default: throw ContractViolation("\(change)")
                        }
                    }
                    if set.complete { break }
                    try expect(set.revision > from, "it goes on")
                    from = set.revision
                }
                try expectEqual(got.count, sent.count, "\(bytes) bytes")
                try expectEqual(Set(got), sent)
            }
        },
        ContractRule("In large chats only one's own receipts are brought", policy: ChatPolicy(quietMembers: 2)) {
            bench in
            let ids = try await bench.users(["ann", "bob", "carl"])
            let chat = try await bench.group("c", ids)
            let message = try await bench.send("x", to: chat, from: ids[0])
            let since = bench.store.revision
            _ = try await bench.perform(.markRead(chat, message.id, by: ids[1]))
            _ = try await bench.perform(.markRead(chat, message.id, by: ids[2]))
            try expectEqual(try await missed(bench, ids[0], since).changes, [])
            let own = try await missed(bench, ids[1], since).changes
            guard case .messageRead(let receipt)? = own.first, own.count == 1 else {
                throw ContractViolation("one's own receipt: \(own)")
            }
            try expectEqual(receipt.userID, ids[1])
        },
        ContractRule("A new profile is brought to those who share a chat") { bench in
            let ids = try await bench.users(["ann", "bob", "carl"])
            try await bench.group("c", [ids[0], ids[1]])
            let since = bench.store.revision
            _ = try await bench.perform(.updateUser(ids[1], UserPatch(displayName: "Bob")))
            let card = try unwrap(try await bench.read { try $0.cards([ids[1]]) }.first)
            try expectEqual(try await missed(bench, ids[0], since).changes, [.userUpdated(card, in: [])])
            try expectEqual(try await missed(bench, ids[2], since).changes, [])
        },
        ContractRule("An offset is known by the run that issued it, within the window") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let (epoch, revision) = (bench.store.epoch, bench.store.revision)
            func standing(_ epoch: UInt64, _ revision: Revision) async throws -> OffsetStanding {
                try await bench.read { try $0.standing(epoch: epoch, revision: revision) }
            }
            try expectEqual(try await standing(epoch, revision), .recoverable)
            try expectEqual(try await standing(epoch, Revision(revision.value + 1)), .neverIssued)
            try expectEqual(try await standing(epoch, Revision(0)), .neverIssued)
            try expectEqual(try await standing(epoch ^ 1, revision), .neverIssued)
            bench.clock.advance(by: .seconds(3600))
            try bench.restart()
            try expect(bench.store.epoch != epoch, "a new epoch")
            try expectEqual(try await standing(epoch, revision), .recoverable)
            try expectEqual(try await standing(epoch, bench.store.revision), .neverIssued)
            try expectEqual(try await standing(bench.store.epoch, bench.store.revision), .recoverable)
            bench.clock.advance(by: .seconds(8 * 86400))
            try await bench.send("x", to: chat, from: ann)
            try expectEqual(try await standing(epoch, revision), .tooOld)
        },
        ContractRule("Revisions never repeat and grow with every change, across restarts") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            var last = bench.store.revision
            var ids: Set<MessageID> = []
            for number in 0..<6 {
                if number % 2 == 1 { try bench.restart() }
                let message = try await bench.send("\(number)", to: chat, from: ann)
                try expect(bench.store.revision > last, "it grows")
                try expect(ids.insert(message.id).inserted, "a new id")
                last = bench.store.revision
            }
            try expectEqual(try await bench.read { try $0.revision() }, last)
        },
    ]
}
