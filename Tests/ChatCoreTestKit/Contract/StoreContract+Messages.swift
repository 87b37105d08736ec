import ChatCore

extension StoreContract {
    static let messages: [ContractRule] = [
        ContractRule("A sent message is stored, told, and read back the same") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            bench.sink.forget()
            let message = try await bench.send("Grüße 👋\u{0}", to: chat, from: ann, clientID: "one")
            try expectEqual(message.seq, 1)
            try expectEqual(message.content, "Grüße 👋\u{0}")
            try expectEqual(message.sender?.username, "ann")
            try expectEqual(message.clientID, "one")
            try expectEqual(message.createdAt, bench.clock.now)
            try expectEqual(bench.sink.newChanges(), [.messageNew(message)])
            let read = try await bench.read { try $0.message(message.id) }
            try expectEqual(read, .some(message))
            let list = try await bench.read { try $0.chatList(of: bob) }
            try expectEqual(list.map(\.lastMessage), [message])
            try expectEqual(list.map(\.unreadCount), [1])
        },
        ContractRule("seq counts from 1 by 1 in each chat, and history gives it in three directions") { bench in
            let ann = try await bench.user("ann")
            let (one, two) = (try await bench.group("one", [ann]), try await bench.group("two", [ann]))
            for number in 1...30 {
                try expectEqual(try await bench.send("\(number)", to: one, from: ann).seq, Int64(number))
                if number.isMultiple(of: 3) { try await bench.send("x", to: two, from: ann) }
            }
            func seqs(_ range: HistoryRange, _ limit: Int) async throws -> ([Int64], Bool) {
                let page = try await bench.read { try $0.history(of: one, range, limit: limit) }
                return (page.messages.map(\.seq), page.hasMore)
            }
            try expect(try await seqs(.latest, 3) == ([28, 29, 30], true), "latest")
            try expect(try await seqs(.latest, 30) == (Array(1...30), false), "all")
            try expect(try await seqs(.before(4), 10) == ([1, 2, 3], false), "before")
            try expect(try await seqs(.before(10), 2) == ([8, 9], true), "before, more")
            try expect(try await seqs(.after(28), 10) == ([29, 30], false), "after")
            try expect(try await seqs(.after(3), 2) == ([4, 5], true), "after, more")
            try expect(try await seqs(.around(15), 6) == (Array(12...17), true), "around")
            try expect(try await seqs(.around(1), 6) == (Array(1...6), true), "around the first")
            try expect(try await seqs(.around(30), 6) == (Array(25...30), true), "around the last")
            try expect(try await seqs(.around(15), 30) == (Array(1...30), false), "around, all")
        },
    ]
}
