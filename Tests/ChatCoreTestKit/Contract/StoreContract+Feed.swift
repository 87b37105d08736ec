import ChatCore

extension StoreContract {
    private static func feed(_ bench: StoreBench, after revision: Revision) async throws -> [Change] {
        let page = try await bench.read { try $0.changes(after: revision, limit: 1000) }
        try expect(page.isComplete && page.asOf == bench.store.revision, "everything is told")
        return page.entries.map(\.change)
    }

    private static func expectConflict(_ bench: StoreBench, after position: FeedPosition) async throws {
        do {
            _ = try await bench.read { try $0.changes(after: position, limit: 10) }
            throw ContractViolation("\(position) is read on from")
        } catch let error as ChatError {
            try expectEqual(error.code, .conflict)
        }
    }

    static let feed: [ContractRule] = [
        ContractRule("The feed of a snapshot in which nothing happened is empty, and complete") { bench in
            try await bench.user("ann")
            let now = bench.store.revision
            let page = try await bench.read { try $0.changes(after: now, limit: 10) }
            try expectEqual(page, FeedPage(entries: [], next: FeedPosition(now), asOf: now))
            try expect(page.isComplete, "complete")
        },
        ContractRule("What was told to the sink stands in the feed, in the same order, where nothing changed again") {
            bench in
            let ids = try await bench.users(["ann", "bob", "carl"])
            bench.sink.forget()
            let since = bench.store.revision
            let chat = try await bench.group("c", [ids[0], ids[1]])
            let message = try await bench.send("x", to: chat, from: ids[0])
            let answer = try await bench.send("y", to: chat, from: ids[1], replyTo: message.id)
            _ = try await bench.perform(.markRead(chat, answer.id, by: ids[0]))
            _ = try await bench.perform(.putMember(chat, ids[2], role: nil, by: .operator))
            _ = try await bench.perform(.putMember(chat, ids[2], role: .admin, by: .operator))
            _ = try await bench.perform(.setBlocked(ids[1], true))
            _ = try await bench.perform(.revokeTokens(ids[1]))
            try await bench.user("dora")
            var told = bench.sink.newChanges()
            // A chat and how many are in it are told as they are now.
            let now = try unwrap(try await bench.read { try $0.chat(chat) })
            for (place, change) in told.enumerated() {
                switch change {
                case .chatCreated(_, let members): told[place] = .chatCreated(now, members: members)
                case .memberAdded(_, let card): told[place] = .memberAdded(now, card)
                case .messageRead(var receipt):
                    receipt.memberCount = 3
                    told[place] = .messageRead(receipt)
                default: continue
                }
            }
            try expectEqual(try await feed(bench, after: since), told)
        },
        ContractRule("Each thing is told once, in its latest state, where it was changed last") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let chat = try await bench.group("c", ids)
            let old = try await bench.send(["a", "b", "c"], to: chat, from: ids[0])
            let since = bench.store.revision
            for content in ["a2", "a3"] {
                _ = try await bench.perform(.edit(chat, old[0].id, content: content, by: ids[0]))
            }
            for emoji in ["👍", "🎉"] {
                _ = try await bench.perform(.react(chat, old[1].id, emoji: emoji, remove: false, by: ids[1]))
            }
            _ = try await bench.perform(.react(chat, old[1].id, emoji: "👍", remove: true, by: ids[1]))
            _ = try await bench.perform(.delete(chat, old[2].id, by: .user(ids[0])))
            for name in ["n1", "n2"] {
                _ = try await bench.perform(.updateChat(chat, ChatPatch(name: name), by: .operator))
            }
            for role in [Member.Role.owner, .admin] {
                _ = try await bench.perform(.putMember(chat, ids[1], role: role, by: .operator))
            }
            for message in old { _ = try await bench.perform(.markDelivered(chat, message.id, by: ids[1])) }
            for name in ["B", "Bob"] {
                _ = try await bench.perform(.updateUser(ids[1], UserPatch(displayName: name)))
            }
            let (now, messages, card) = try await bench.read { view in
                (try view.chat(chat), try old.map { try view.message($0.id) }, try view.cards([ids[1]]))
            }
            func reaction(_ emoji: String, removed: Bool) -> Change {
                .messageReaction(
                    ReactionChange(
                        chatID: chat, messageID: old[1].id, seq: 2, userID: ids[1], emoji: emoji, removed: removed,
                        reactions: [Message.Reaction(emoji: "🎉", userIDs: [ids[1]])]))
            }
            let receipt = Receipt(
                chatID: chat, userID: ids[1], messageID: old[2].id, seq: 3, at: bench.clock.now, memberCount: 2)
            try expectEqual(
                try await feed(bench, after: since),
                [
                    .messageUpdated(try unwrap(messages[0])), reaction("🎉", removed: false),
                    reaction("👍", removed: true), .messageDeleted(try unwrap(messages[2])),
                    .chatUpdated(try unwrap(now)), .memberRoleChanged(chat, ids[1], .admin),
                    .messageDelivered(receipt), .userUpdated(card[0], in: [chat]),
                ])
        },
        ContractRule("What is removed is told though its row is gone") { bench in
            let ids = try await bench.users(["ann", "bob", "carl", "dora"])
            let (chat, other) = (try await bench.group("c", ids), try await bench.group("d", [ids[0], ids[1]]))
            try await bench.send("x", to: other, from: ids[0])
            for id in ["t", "u"] {
                let new = NewToken(
                    id: TokenID(id), owner: .id(ids[0]), createUser: false, label: nil, expiresAt: bench.clock.now)
                _ = try await bench.perform(.issueToken(new))
            }
            _ = try await bench.perform(.setBlocked(ids[0], true))
            let since = bench.store.revision
            _ = try await bench.perform(.removeMember(chat, ids[1], by: .operator))
            _ = try await bench.perform(.setBlocked(ids[0], false))
            _ = try await bench.perform(.revokeToken(TokenID("t")))
            _ = try await bench.perform(.removeMember(chat, ids[2], by: .operator))
            _ = try await bench.perform(.putMember(chat, ids[2], role: .admin, by: .operator))
            _ = try await bench.perform(.deleteChat(other))
            _ = try await bench.perform(.deleteUser(ids[3], deleteMessages: false))
            let (now, cards) = try await bench.read { (try $0.chat(chat), try $0.cards([ids[2]])) }
            let told = try await feed(bench, after: since)
            try expectEqual(
                Set(told),
                [
                    .memberRemoved(chat, ids[1]), .userUnblocked(ids[0]), .tokenRevoked(TokenID("t"), ids[0]),
                    .memberAdded(try unwrap(now), cards[0]), .memberRoleChanged(chat, ids[2], .admin),
                    .chatDeleted(other, members: []), .memberRemoved(other, ids[0]), .memberRemoved(other, ids[1]),
                    .memberRemoved(chat, ids[3]), .userDeleted(ids[3]),
                ])
            try expectEqual(told.count, 10)
            // Who begins now is not told of a chat and a user that are gone, but that they are.
            let all = try await feed(bench, after: .zero)
            try expect(!all.contains { if case .chatCreated(let chat, _) = $0 { chat.id == other } else { false } }, "")
            try expect(!all.contains { if case .messageNew = $0 { true } else { false } }, "no messages of it")
        },
        ContractRule("A page has so many entries at most, ends at a whole revision, and the next goes on behind it") {
            bench in
            let ids = try await bench.users((1...30).map { "u\($0)" })
            let chat = try await bench.group("c", ids)
            for number in 1...20 { try await bench.send("\(number)", to: chat, from: ids[number]) }
            _ = try await bench.perform(.deleteChat(try await bench.group("gone", ids)))
            let whole = try await bench.read { try $0.changes(after: .beginning, limit: 10_000) }
            try expect(whole.isComplete && whole.entries.count > 80, "\(whole.entries.count)")
            for limit in [1, 2, 7, 49, 50, 51, 200] {
                var position = FeedPosition.beginning
                var told: [FeedEntry] = []
                while true {
                    let start = position
                    let page = try await bench.read { try $0.changes(after: start, limit: limit) }
                    let revisions = Set(page.entries.map(\.revision))
                    try expect(page.entries.count <= limit || revisions.count == 1, "\(page.entries.count) of \(limit)")
                    try expect(page.entries.allSatisfy { $0.revision <= page.next.revision }, "it ends behind them")
                    told += page.entries
                    position = page.next
                    if page.isComplete { break }
                    try expect(position.revision > start.revision, "it goes on")
                }
                try expectEqual(told, whole.entries, "limit \(limit)")
            }
        },
        ContractRule("A page ends with about the text asked for") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let since = bench.store.revision
            let text = String(repeating: "ä", count: 1000)
            for _ in 1...20 { try await bench.send(text, to: chat, from: ann) }
            for (bytes, most) in [(1, 1), (5_000, 3), (1 << 20, 20)] {
                var position = FeedPosition(since)
                var count = 0
                repeat {
                    let start = position
                    let page = try await bench.read { try $0.changes(after: start, limit: 1000, bytes: bytes) }
                    try expect((1...most).contains(page.entries.count), "\(page.entries.count) in \(bytes) bytes")
                    count += page.entries.count
                    position = page.next
                } while position.revision < bench.store.revision
                try expectEqual(count, 20)
            }
        },
        ContractRule("A position beyond the newest revision, or of nothing, is refused by name") { bench in
            try await bench.user("ann")
            let ahead = FeedPosition(Revision(bench.store.revision.value + 1))
            try expectEqual(try await bench.read { try $0.standing(of: ahead) }, .neverIssued)
            try await expectConflict(bench, after: ahead)
            try await expectConflict(bench, after: FeedPosition(Revision(-1)))
            try expectEqual(try await bench.read { try $0.standing(of: .beginning) }, .recoverable)
        },
    ]
}
