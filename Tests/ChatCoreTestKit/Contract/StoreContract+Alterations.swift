import ChatCore

extension StoreContract {
    private static func message(_ outcome: Outcome) throws -> Message {
        guard case .message(let message, _) = outcome else { throw ContractViolation("answers a message") }
        return message
    }

    static let alterations: [ContractRule] = [
        ContractRule("Only its sender edits a message, and everybody is told once") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob], owner: bob)
            let sent = try await bench.send("hello", to: chat, from: ann)
            bench.clock.advance(by: .seconds(1))
            bench.sink.forget()
            let edited = try message(try await bench.perform(.edit(chat, sent.id, content: "bye", by: ann)))
            try expectEqual(edited.content, "bye")
            try expectEqual(edited.editedAt, bench.clock.now)
            try expectEqual(edited.seq, sent.seq)
            try expectEqual(bench.sink.newChanges(), [.messageUpdated(edited)])
            try await bench.changesNothing(.edit(chat, sent.id, content: "bye", by: ann))
            try await bench.refuses(.edit(chat, sent.id, content: "mine", by: bob), .forbidden)
            try await bench.refuses(.edit(chat, sent.id, content: "", by: ann), .invalid, field: "content")
            try await bench.refuses(
                .edit(chat, sent.id, content: String(repeating: "x", count: 5001), by: ann), .tooLong, field: "content")
            try await bench.refuses(.edit(chat, MessageID("x"), content: "y", by: ann), .notFound, field: "messageId")
            let notice = try await bench.send("notice", to: chat, from: nil)
            try await bench.refuses(.edit(chat, notice.id, content: "y", by: bob), .forbidden)
            try expectEqual(try await bench.read { try $0.message(sent.id) }, .some(edited))
        },
        ContractRule("A message is deleted by its sender, owner, admin and operator, and by no other member") { bench in
            let ids = try await bench.users(["owner", "admin", "member", "other"])
            let chat = try await bench.group("c", ids, owner: ids[0])
            _ = try await bench.perform(.putMember(chat, ids[1], role: .admin, by: .operator))
            for deleter in [Principal.user(ids[0]), .user(ids[1]), .user(ids[2]), .operator] {
                let sent = try await bench.send(
                    "secret", to: chat, from: ids[2], clientID: "k\(deleter)".filter { $0 != " " && $0 != "\"" })
                _ = try await bench.perform(.react(chat, sent.id, emoji: "👍", remove: false, by: ids[3]))
                try await bench.refuses(.delete(chat, sent.id, by: .user(ids[3])), .forbidden)
                bench.clock.advance(by: .seconds(1))
                bench.sink.forget()
                let chatID = deleter == .operator ? nil : chat
                let gone = try message(try await bench.perform(.delete(chatID, sent.id, by: deleter)))
                try expectEqual(gone.content, "")
                try expectEqual(gone.reactions, [])
                try expectEqual(gone.deletedAt, bench.clock.now)
                try expectEqual([gone.seq, gone.createdAt.milliseconds], [sent.seq, sent.createdAt.milliseconds])
                try expectEqual(gone.sender?.id, ids[2])
                try expectEqual(bench.sink.newChanges(), [.messageDeleted(gone)])
                try await bench.changesNothing(.delete(chatID, sent.id, by: deleter))
                try await bench.refuses(.edit(chat, sent.id, content: "x", by: ids[2]), .conflict)
                try await bench.refuses(.react(chat, sent.id, emoji: "👍", remove: false, by: ids[3]), .conflict)
            }
            try await bench.refuses(.delete(nil, MessageID("0000000000001"), by: .operator), .notFound)
            try await bench.refuses(.delete(chat, MessageID("x"), by: .user(ids[0])), .notFound)
        },
        ContractRule("Reactions are given and taken back, in the order they came") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let sent = try await bench.send("hello", to: chat, from: ann)
            func react(_ emoji: String, _ remove: Bool, _ user: UserID) async throws -> Outcome {
                try await bench.perform(.react(chat, sent.id, emoji: emoji, remove: remove, by: user))
            }
            _ = try await react("👍", false, bob)
            bench.sink.forget()
            let outcome = try await react("👍", false, ann)
            let both = [Message.Reaction(emoji: "👍", userIDs: [bob, ann])]
            try expectEqual(outcome, .reactions(both))
            try expectEqual(
                bench.sink.newChanges(),
                [
                    .messageReaction(
                        ReactionChange(
                            chatID: chat, messageID: sent.id, seq: sent.seq, userID: ann, emoji: "👍", removed: false,
                            reactions: both))
                ])
            try await bench.changesNothing(.react(chat, sent.id, emoji: "👍", remove: false, by: ann))
            _ = try await react("🎉", false, bob)
            _ = try await react("👍", true, bob)
            try await bench.changesNothing(.react(chat, sent.id, emoji: "👍", remove: true, by: bob))
            let expected = [
                Message.Reaction(emoji: "👍", userIDs: [ann]), Message.Reaction(emoji: "🎉", userIDs: [bob]),
            ]
            try expectEqual(try await bench.read { try $0.message(sent.id)?.reactions }, .some(expected))
            let history = try await bench.read { try $0.history(of: chat, .latest, limit: 1).messages[0].reactions }
            try expectEqual(history, expected)
            try await bench.refuses(.react(chat, sent.id, emoji: "", remove: false, by: ann), .invalid, field: "emoji")
            try await bench.refuses(
                .react(chat, sent.id, emoji: String(repeating: "x", count: 65), remove: false, by: ann), .tooLong,
                field: "emoji")
        },
        ContractRule("An emoji with U+FE0F is the one without") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let sent = try await bench.send("hello", to: chat, from: ann)
            _ = try await bench.perform(.react(chat, sent.id, emoji: "❤", remove: false, by: ann))
            try await bench.changesNothing(.react(chat, sent.id, emoji: "❤\u{FE0F}", remove: false, by: ann))
            let outcome = try await bench.perform(.react(chat, sent.id, emoji: "❤\u{FE0F}", remove: false, by: bob))
            try expectEqual(outcome, .reactions([Message.Reaction(emoji: "❤\u{FE0F}", userIDs: [ann, bob])]))
            let left = try await bench.perform(.react(chat, sent.id, emoji: "❤\u{FE0F}", remove: true, by: ann))
            try expectEqual(left, .reactions([Message.Reaction(emoji: "❤\u{FE0F}", userIDs: [bob])]))
            try expectEqual(try await bench.read { try $0.message(sent.id)?.reactions.first?.userIDs }, .some([bob]))
        },
        ContractRule("A message takes 64 different emoji") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let sent = try await bench.send("hello", to: chat, from: ann)
            for number in 1...64 {
                _ = try await bench.perform(.react(chat, sent.id, emoji: "e\(number)", remove: false, by: ann))
            }
            try await bench.refuses(.react(chat, sent.id, emoji: "e65", remove: false, by: ann), .conflict)
        },
        ContractRule(
            "Under history joined a member sees nothing from before", policy: ChatPolicy(historyVisibility: .joined)
        ) { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann])
            let messages = try await bench.send((1...4).map { "word\($0)" }, to: chat, from: ann)
            let old = messages[1].id
            _ = try await bench.perform(.putMember(chat, bob, role: nil, by: .operator))
            let empty = try await bench.read {
                (try $0.history(of: chat, for: bob, .latest, limit: 10), try $0.chatList(of: bob)[0].lastMessage)
            }
            try expectEqual(empty.0, HistoryPage(messages: [], hasMore: false))
            try expectEqual(empty.1, nil)
            let new = try await bench.send("word5", to: chat, from: ann)
            for range in [HistoryRange.latest, .before(99), .after(0), .around(2), .around(5)] {
                let page = try await bench.read { try $0.history(of: chat, for: bob, range, limit: 10) }
                try expectEqual(page, HistoryPage(messages: [new], hasMore: false), "\(range)")
            }
            try expectEqual(
                try await bench.read { try $0.history(of: chat, for: ann, .latest, limit: 10).messages.count }, 5)
            try await bench.refuses(
                .send(NewMessage(chatID: chat, sender: bob, content: "x", replyTo: old)), .notFound, field: "replyTo")
            try await bench.refuses(.react(chat, old, emoji: "👍", remove: false, by: bob), .notFound)
            do {
                _ = try await bench.read { try $0.message(old, in: chat, for: bob) }
                throw ContractViolation("the old message is not found")
            } catch let error as ChatError {
                try expectEqual(error.code, .notFound)
            }
            try expectEqual(try await bench.read { try $0.message(new.id, in: chat, for: bob) }, new)
        },
    ]
}
