import ChatCore

/// What was missed, page by page: ``ChatReadView/missed(by:from:bytes:)``.
extension StoreContract {
    /// All pages of one telling; `between` runs after each but the last.
    private static func pages(
        _ bench: StoreBench, _ user: UserID, _ since: Revision, bytes: Int,
        between: () async throws -> Void = {}
    ) async throws -> (changes: [Change], end: Revision, count: Int) {
        var cursor = MissedCursor(after: since)
        var changes: [Change] = []
        var count = 0
        while true {
            let from = cursor
            let page = try await bench.read { try $0.missed(by: user, from: from, bytes: bytes) }
            changes += page.changes
            count += 1
            guard let next = page.next else { return (changes, page.end, count) }
            try expect(!page.changes.isEmpty, "a page that is not the last brings something")
            try expect(next != cursor && count < 10_000, "it goes on")
            cursor = next
            try await between()
        }
    }

    /// Something of everything that can be missed, by `ids[0]`.
    private static func happenings(_ bench: StoreBench, _ ids: [UserID]) async throws -> Revision {
        let (ann, bob, carl) = (ids[0], ids[1], ids[2])
        var chats: [ChatID] = []
        for name in ["a", "b", "c", "gone", "later"] {
            chats.append(try await bench.group(name, name == "later" ? [bob] : [ann, bob]))
        }
        var old: [ChatID: [Message]] = [:]
        for chat in chats { old[chat] = try await bench.send((1...8).map { "old\($0)" }, to: chat, from: bob) }
        let since = bench.store.revision
        for chat in chats.prefix(3) {
            let its = old[chat] ?? []
            _ = try await bench.send((1...12).map { "new\($0)" }, to: chat, from: bob)
            for message in its.prefix(3) { _ = try await bench.perform(.edit(chat, message.id, content: "e", by: bob)) }
            _ = try await bench.perform(.delete(chat, its[3].id, by: .user(bob)))
            for emoji in ["x", "y", "z"] {
                for message in its[4...6] {
                    _ = try await bench.perform(.react(chat, message.id, emoji: emoji, remove: false, by: bob))
                }
            }
            _ = try await bench.perform(.markDelivered(chat, its[7].id, by: ann))
            _ = try await bench.perform(.putMember(chat, carl, role: .admin, by: .operator))
            _ = try await bench.perform(.updateChat(chat, ChatPatch(name: "n"), by: .operator))
        }
        _ = try await bench.perform(.removeMember(chats[2], bob, by: .operator))
        _ = try await bench.perform(.removeMember(chats[3], ann, by: .operator))
        try await bench.send("unheard", to: chats[4], from: bob)
        _ = try await bench.perform(.putMember(chats[4], ann, role: nil, by: .operator))
        try await bench.send("heard", to: chats[4], from: bob)
        _ = try await bench.perform(.updateUser(bob, UserPatch(displayName: "Bob")))
        return since
    }

    static let pages: [ContractRule] = [
        ContractRule("Pages of any size bring together what a whole telling brings") { bench in
            let ids = try await bench.users(["ann", "bob", "carl"])
            let since = try await happenings(bench, ids)
            let whole = try await bench.read {
                try $0.changes(for: ids[0], after: since, receiptsAfter: since, limit: 10_000)
            }
            for bytes in [1, 300, 5000, 1 << 20] {
                let found = try await pages(bench, ids[0], since, bytes: bytes)
                try expectEqual(found.end, whole.revision)
                try expectEqual(found.changes.count, whole.changes.count, "pages of \(bytes)")
                try expectEqual(Set(found.changes), Set(whole.changes), "pages of \(bytes)")
                try expect(bytes > 1 || found.count > 20, "it is many pages")
            }
            try expectEqual(try await pages(bench, ids[0], since, bytes: 1 << 20).count, 1)
        },
        ContractRule("Pages keep the order: profiles, chat by chat, new messages by seq, what is over last") { bench in
            let ids = try await bench.users(["ann", "bob", "carl"])
            let since = try await happenings(bench, ids)
            let changes = try await pages(bench, ids[0], since, bytes: 700).changes
            guard case .userUpdated? = changes.first, case .memberRemoved(_, ids[0])? = changes.last else {
                throw ContractViolation("the profile first, the removal last")
            }
            var seqs: [ChatID: Int64] = [:]
            var altered: Set<ChatID> = []
            for change in changes {
                switch change {
                case .messageNew(let message):
                    try expect(message.seq > seqs[message.chatID, default: 0], "by seq")
                    try expect(!altered.contains(message.chatID), "new ones first")
                    seqs[message.chatID] = message.seq
                case .messageUpdated(let message), .messageDeleted(let message): altered.insert(message.chatID)
                default: break
                }
            }
            try expectEqual(seqs.count, 4)
        },
        ContractRule("What is committed between pages is brought by them or by the telling that begins at their end") {
            bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chats = [try await bench.group("a", [ann, bob]), try await bench.group("b", [ann, bob])]
            var known: [MessageID: Message] = [:]
            for chat in chats {
                for message in try await bench.send((1...9).map { "\($0)" }, to: chat, from: bob) {
                    known[message.id] = message
                }
            }
            let old = Array(known.keys)
            let since = bench.store.revision
            for number in 0..<30 { try await bench.send("new \(number)", to: chats[number % 2], from: bob) }
            var number = 0
            func happen() async throws {
                number += 1
                let id = old[number % old.count]
                let chat = try unwrap(known[id]).chatID
                _ = try await bench.perform(.edit(chat, id, content: "again \(number)", by: bob))
                try await bench.send("meanwhile \(number)", to: chats[number % 2], from: bob)
            }
            let first = try await pages(bench, ann, since, bytes: 300, between: happen)
            try expect(number > 10, "it is many pages")
            try expect(bench.store.revision > first.end, "the end is where it began")
            let second = try await pages(bench, ann, first.end, bytes: 1 << 20)
            try expectEqual(second.end, bench.store.revision)
            for change in first.changes + second.changes {
                switch change {
                case .messageNew(let message):
                    try expect(known.updateValue(message, forKey: message.id) == nil, "new once")
                case .messageUpdated(let message):
                    try expect(known.updateValue(message, forKey: message.id) != nil, "it was known")
                default: throw ContractViolation("\(change)")
                }
            }
            for chat in chats {
                let now = try await bench.read { try $0.history(of: chat, .latest, limit: 1000).messages }
                for message in now { try expectEqual(known[message.id], message) }
            }
        },
        ContractRule("It is known whether more was missed than a number, receipts not counted") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let first = try await bench.send("old", to: chat, from: ann)
            let since = bench.store.revision
            for number in 0..<5 { try await bench.send("\(number)", to: chat, from: bob) }
            _ = try await bench.perform(.markRead(chat, first.id, by: bob))
            for (limit, more) in [(4, true), (5, false), (6, false)] {
                try expectEqual(try await bench.read { try $0.missedMore(than: limit, by: ann, after: since) }, more)
            }
        },
        ContractRule("An offset that was heard later than its revision is as old as that") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let (epoch, revision) = (bench.store.epoch, bench.store.revision)
            bench.clock.advance(by: .seconds(8 * 86400))
            let heard = bench.clock.now
            bench.clock.advance(by: .seconds(86400))
            try await bench.send("x", to: chat, from: ann)
            let future = bench.clock.now.advanced(by: .seconds(60))
            func standing(_ heardAt: Timestamp?) async throws -> OffsetStanding {
                try await bench.read { try $0.standing(epoch: epoch, revision: revision, heardAt: heardAt) }
            }
            try expectEqual(try await standing(nil), .tooOld)
            try expectEqual(try await standing(heard), .recoverable)
            try expectEqual(try await standing(future), .tooOld)
        },
    ]
}
