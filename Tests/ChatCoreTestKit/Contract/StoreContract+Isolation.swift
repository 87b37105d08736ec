import ChatCore
import Synchronization

extension StoreContract {
    static let isolation: [ContractRule] = [
        ContractRule("A command that fails leaves nothing behind and does not touch its neighbours") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let before = bench.store.revision
            // Fails after it has begun: the second member is unknown, the token's id is taken by the first.
            async let one = bench.send("1", to: chat, from: ann)
            async let bad: Void = bench.refuses(
                .createChat(NewChat(id: ChatID("d"), members: ["ann", "?"]), by: .operator), .notFound)
            async let two = bench.send("2", to: chat, from: ann)
            _ = try await (one, bad, two)
            let token = NewToken(
                id: TokenID("t"), owner: .username("new"), createUser: true, label: nil, expiresAt: bench.clock.now)
            _ = try await bench.perform(.issueToken(token))
            var second = token
            second.owner = .username("newer")
            try await bench.refuses(.issueToken(second), .conflict)
            let (user, chats, seq) = try await bench.read {
                (
                    try $0.user(named: "newer"), try $0.presenceChats(of: ann, quietMembers: .max),
                    try $0.chat(chat)?.lastSeq
                )
            }
            try expectEqual(user, nil)
            try expectEqual(chats, [chat])
            try expectEqual(seq, 2)
            try expect(bench.store.revision > before, "the neighbours are there")
        },
        ContractRule("Many threads send: seq has no gaps, order within a thread holds, the sink hears in order") {
            bench in
            let ids = try await bench.users((1...8).map { "u\($0)" })
            let chat = try await bench.group("c", ids)
            bench.sink.forget()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in ids {
                    group.addTask {
                        var last: Int64 = 0
                        for number in 1...60 {
                            let message = try await bench.send("\(number)", to: chat, from: id)
                            try expect(message.seq > last, "in order")
                            last = message.seq
                        }
                    }
                }
                try await group.waitForAll()
            }
            let told = bench.sink.newChanges().compactMap { change -> Int64? in
                if case .messageNew(let message) = change { message.seq } else { nil }
            }
            try expectEqual(told, Array(1...480))
            let page = try await bench.read { try $0.history(of: chat, .latest, limit: 1000) }
            try expectEqual(page.messages.map(\.seq), Array(1...480))
        },
        ContractRule("Commands of one thread take effect in their order, and a read after a commit sees it") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let store = bench.store
            let answers = Mutex<[Int64]>([])
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                for number in 1...200 {
                    let new = NewMessage(chatID: chat, sender: ann, content: "\(number)")
                    store.submit(
                        .send(new),
                        reply: .callback { result in
                            if case .success(.message(let message, _)) = result {
                                answers.withLock { $0.append(message.seq) }
                            }
                            if number == 200 { done.resume() }
                        })
                }
            }
            try expectEqual(answers.withLock { $0 }, Array(1...200))
            let contents = try await bench.read {
                try $0.history(of: chat, .latest, limit: 200).messages.map(\.content)
            }
            try expectEqual(contents, (1...200).map { "\($0)" })
        },
        ContractRule("After the end every command and read is answered unavailable") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            try bench.store.close()
            try await bench.refuses(.send(NewMessage(chatID: chat, sender: ann, content: "x")), .unavailable)
            do {
                _ = try await bench.read { try $0.chat(chat) }
                throw ContractViolation("a read is refused")
            } catch let error as ChatError {
                try expectEqual(error.code, .unavailable)
            }
        },
        ContractRule("Everything accepted before the end is done") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let answered = Mutex(0)
            for number in 1...300 {
                bench.store.submit(
                    .send(NewMessage(chatID: chat, sender: ann, content: "\(number)")),
                    reply: .callback { result in
                        if case .success = result { answered.withLock { $0 += 1 } }
                    })
            }
            try bench.restart()
            try expectEqual(answered.withLock { $0 }, 300)
            try expectEqual(try await bench.read { try $0.chat(chat)?.lastSeq }, .some(300))
        },
        ContractRule("Statistics count users, chats and messages") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let chat = try await bench.group("c", ids)
            try await bench.send("x", to: chat, from: ids[0])
            let statistics = try await bench.read { try $0.statistics() }
            try expectEqual([statistics.users, statistics.chats, statistics.messages], [2, 1, 1])
        },
    ]
}
