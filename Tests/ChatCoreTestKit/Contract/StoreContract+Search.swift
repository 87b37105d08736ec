import ChatCore

extension StoreContract {
    /// What is found once it is as much as is expected: an index may follow the messages.
    private static func found(
        _ bench: StoreBench, _ query: String, _ user: UserID, in chat: ChatID? = nil, count: Int,
        page: PageRequest = PageRequest()
    ) async throws -> SearchPage {
        var found = SearchPage(items: [], next: nil)
        for _ in 0..<20_000 {
            found = try await bench.read { try $0.search(query, for: user, in: chat, page: page) }
            if found.items.count >= count { break }
        }
        return found
    }

    static let search: [ContractRule] = [
        ContractRule("Members find messages with all the words, the last as a beginning, newest first and marked") {
            bench in
            let ids = try await bench.users(["ann", "bob", "carl"])
            let (one, two) = (try await bench.group("one", [ids[0], ids[1]]), try await bench.group("two", [ids[0]]))
            let sent = try await bench.send(
                ["The café is open", "nothing", "An open door", "Opening hours"], to: one, from: ids[1])
            try await bench.send("open, too", to: two, from: ids[0])
            let all = try await found(bench, "OPEN", ids[0], count: 4)
            try expectEqual(
                all.items.map(\.snippet),
                [
                    "\u{2}open\u{3}, too", "\u{2}Opening\u{3} hours", "An \u{2}open\u{3} door",
                    "The café is \u{2}open\u{3}",
                ])
            try expectEqual(all.items.last?.message, sent[0])
            try expectEqual(
                try await found(bench, "cafe open", ids[1], count: 1).items.map(\.snippet),
                ["The \u{2}café\u{3} is \u{2}open\u{3}"])
            try expectEqual(try await found(bench, "ope door", ids[0], count: 0).items, [])
            try expectEqual(try await found(bench, "open", ids[0], in: two, count: 1).items.count, 1)
            try expectEqual(try await found(bench, "open", ids[2], count: 0).items, [])
            let first = try await found(bench, "open", ids[0], count: 3, page: PageRequest(limit: 3))
            let rest = PageRequest(after: try unwrap(first.next), limit: 3)
            let second = try await found(bench, "open", ids[0], count: 1, page: rest)
            try expectEqual(first.items + second.items, all.items)
            try expectEqual(second.next, nil)
            for (query, chat, code) in [("?!", nil, ChatError.Code.invalid), ("open", one, .forbidden)] {
                do {
                    _ = try await bench.read { try $0.search(query, for: ids[2], in: chat, page: PageRequest()) }
                    throw ContractViolation("\(query) is refused")
                } catch let error as ChatError {
                    try expectEqual(error.code, code)
                }
            }
        },
        ContractRule(
            "Search shows nobody what they do not see", policy: ChatPolicy(historyVisibility: .joined)
        ) { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann])
            let old = try await bench.send("word before", to: chat, from: ann)
            let gone = try await bench.send("word gone", to: chat, from: ann)
            _ = try await bench.perform(.putMember(chat, bob, role: nil, by: .operator))
            let reply = try await bench.send("word after", to: chat, from: ann, replyTo: old.id)
            try expectEqual(try await found(bench, "word", ann, count: 3).items.count, 3)
            _ = try await bench.perform(.delete(chat, gone.id, by: .user(ann)))
            try expectEqual(try await found(bench, "word", ann, count: 2).items.map(\.message.id), [reply.id, old.id])
            let seen = try await found(bench, "word", bob, count: 1).items.map(\.message)
            try expectEqual(seen.map(\.id), [reply.id])
            try expectEqual(seen.first?.replyTo?.content, "")
        },
    ]
}
