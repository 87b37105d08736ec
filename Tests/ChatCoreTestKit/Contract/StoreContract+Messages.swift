import ChatCore

extension StoreContract {
    static let messages: [ContractRule] = [
        ContractRule("A sent message is stored, told, and read back the same") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            bench.sink.forget()
            let message = try await bench.send("Grüße 👋\u{1}", to: chat, from: ann, clientID: "one")
            try expectEqual(message.seq, 1)
            try expectEqual(message.content, "Grüße 👋\u{1}")
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
        ContractRule("A page of history ends with about the text that was asked for, without a gap") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let text = String(repeating: "ä", count: 1000)
            for _ in 1...30 { try await bench.send(text, to: chat, from: ann) }
            func seqs(_ range: HistoryRange, _ bytes: Int) async throws -> ([Int64], Bool) {
                let page = try await bench.read { try $0.history(of: chat, for: ann, range, limit: 20, bytes: bytes) }
                return (page.messages.map(\.seq), page.hasMore)
            }
            try expect(try await seqs(.latest, 1) == ([30], true), "one at least")
            try expect(try await seqs(.latest, 5_000) == (Array(28...30), true), "the latest")
            try expect(try await seqs(.before(3), 5_000) == ([1, 2], false), "all there is")
            try expect(try await seqs(.after(10), 5_000) == ([11, 12, 13], true), "after")
            try expect(try await seqs(.around(15), 8_000) == (Array(13...16), true), "around")
            try expect(try await seqs(.around(15), 1) == ([14, 15], true), "around, one of each side")
            try expect(try await seqs(.latest, 1 << 20) == (Array(11...30), true), "as many as were asked for")
        },
        ContractRule("Bad messages are refused by field", policy: ChatPolicy(maxMessageLength: 3)) { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            func new(
                _ content: String, kind: Message.Kind = .text, clientID: String? = nil, replyTo: MessageID? = nil
            ) -> Command {
                .send(
                    NewMessage(
                        chatID: chat, sender: ann, content: content, kind: kind, clientID: clientID, replyTo: replyTo))
            }
            try await bench.refuses(new(""), .invalid, field: "content")
            try await bench.refuses(new("1234"), .tooLong, field: "content")
            _ = try await bench.perform(new("👩‍"))
            try await bench.refuses(new("x", kind: .system), .invalid, field: "messageType")
            try await bench.refuses(new("", kind: .image), .invalid, field: "content")
            for clientID in ["", "a b", "ä", String(repeating: "x", count: 65)] {
                try await bench.refuses(new("x", clientID: clientID), .invalid, field: "clientId")
            }
            for id in ["", "x", "0000000000000", "7vvvvvvvvvvvv"] {
                try await bench.refuses(new("x", replyTo: MessageID(id)), .notFound, field: "replyTo")
            }
            var file = NewMessage(chatID: chat, sender: ann, content: "", kind: .file)
            file.attachments = [FileID("nothing")]
            try await bench.refuses(.send(file), .notFound, field: "attachmentIds")
            try expectEqual(try await bench.read { try $0.chat(chat)?.lastSeq }, .some(1))
        },
        ContractRule("A chat that one is no member of is forbidden, whether it exists or not") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann])
            let message = try await bench.send("x", to: chat, from: ann)
            for target in [chat, ChatID("none"), ChatID("")] {
                try await bench.refuses(.send(NewMessage(chatID: target, sender: bob, content: "x")), .forbidden)
                try await bench.refuses(.edit(target, message.id, content: "y", by: bob), .forbidden)
                try await bench.refuses(.delete(target, message.id, by: .user(bob)), .forbidden)
                try await bench.refuses(.react(target, message.id, emoji: "👍", remove: false, by: bob), .forbidden)
                try await bench.refuses(.markRead(target, message.id, by: bob), .forbidden)
                try await bench.refuses(.markDelivered(target, message.id, by: bob), .forbidden)
                try await bench.refuses(.removeMember(target, ann, by: .user(bob)), .forbidden)
                do {
                    _ = try await bench.read { try $0.history(of: target, for: bob, .latest, limit: 5) }
                    throw ContractViolation("history is refused")
                } catch let error as ChatError {
                    try expectEqual(error.code, .forbidden)
                }
            }
        },
        ContractRule("The operator sends system messages, which nobody has to read") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let message = try await bench.send("notice", to: chat, from: nil)
            try expectEqual(message.kind, .system)
            try expectEqual(message.sender, nil)
            try expectEqual(try await bench.read { try $0.unreadTotal(of: ann) }, 0)
            try await bench.refuses(.send(NewMessage(chatID: ChatID("none"), sender: nil, content: "x")), .notFound)
            try await bench.refuses(.send(NewMessage(chatID: chat, sender: nil, content: "")), .invalid)
        },
        ContractRule("A reply shows the first 200 scalars of a message of the same chat") { bench in
            let ann = try await bench.user("ann")
            let (one, two) = (try await bench.group("one", [ann]), try await bench.group("two", [ann]))
            let long = String(repeating: "é👋", count: 150)
            let first = try await bench.send(long, to: one, from: ann)
            let reply = try await bench.send("yes", to: one, from: ann, replyTo: first.id)
            let quote = try unwrap(reply.replyTo)
            try expectEqual(quote.content, String(repeating: "é👋", count: 100))
            try expectEqual(quote.seq, 1)
            try expectEqual(quote.senderID, ann)
            try expectEqual(try await bench.read { try $0.message(reply.id) }, .some(reply))
            try await bench.refuses(
                .send(NewMessage(chatID: two, sender: ann, content: "x", replyTo: first.id)), .notFound,
                field: "replyTo")
            _ = try await bench.perform(.delete(one, first.id, by: .user(ann)))
            try expectEqual(try await bench.read { try $0.message(reply.id)?.replyTo?.content }, .some(""))
        },
        ContractRule("A repeated clientId returns the first message and tells nobody, also after a restart") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            for clientID in ["!~", "123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"] {
                let new = NewMessage(chatID: chat, sender: ann, content: "hello", clientID: clientID)
                guard case .message(let first, duplicate: false) = try await bench.perform(.send(new)) else {
                    throw ContractViolation("a new message")
                }
                try expectEqual(first.clientID, clientID)
                bench.sink.forget()
                for restart in [false, true] {
                    if restart { try bench.restart() }
                    guard case .message(let again, duplicate: true) = try await bench.perform(.send(new)) else {
                        throw ContractViolation("a duplicate")
                    }
                    try expectEqual(again, first)
                }
                try expectEqual(bench.sink.newChanges(), [])
                var other = new
                other.content = "other"
                try await bench.refuses(.send(other), .conflict, field: "clientId")
                other = new
                other.sender = bob
                guard case .message(_, duplicate: false) = try await bench.perform(.send(other)) else {
                    throw ContractViolation("another sender's own")
                }
            }
            let elsewhere = try await bench.group("d", [ann])
            try await bench.refuses(
                .send(NewMessage(chatID: elsewhere, sender: ann, content: "hello", clientID: "!~")), .conflict)
        },
        ContractRule("A system message is sent exactly once too, and may answer what was said") { bench in
            let ann = try await bench.user("ann")
            let (chat, other) = (try await bench.group("c", [ann]), try await bench.group("d", [ann]))
            let said = try await bench.send("hello", to: chat, from: ann, clientID: "k")
            let new = NewMessage(
                chatID: chat, sender: nil, content: "closed", kind: .system, clientID: "k", replyTo: said.id)
            guard case .message(let first, duplicate: false) = try await bench.perform(.send(new)) else {
                throw ContractViolation("a new message")
            }
            try expect(first.clientID == "k" && first.replyTo?.id == said.id && first.kind == .system, "as it was sent")
            try expectEqual(try await bench.read { try $0.message(first.id) }, .some(first))
            bench.sink.forget()
            for restart in [false, true] {
                if restart { try bench.restart() }
                guard case .message(let again, duplicate: true) = try await bench.perform(.send(new)) else {
                    throw ContractViolation("a duplicate")
                }
                try expectEqual(again, first)
            }
            try expectEqual(bench.sink.newChanges(), [])
            for (place, content, answered) in [(chat, "other", said.id), (other, "closed", said.id)] {
                let changed = NewMessage(
                    chatID: place, sender: nil, content: content, kind: .system, clientID: "k", replyTo: answered)
                try await bench.refuses(.send(changed), .conflict, field: "clientId")
            }
            let wrong = NewMessage(chatID: chat, sender: nil, content: "x", kind: .system, clientID: "a b")
            try await bench.refuses(.send(wrong), .invalid, field: "clientId")
            let files = NewMessage(chatID: chat, sender: nil, content: "x", attachments: [FileID("f")])
            try await bench.refuses(.send(files), .invalid, field: "attachmentIds")
            let away = NewMessage(chatID: other, sender: nil, content: "x", replyTo: said.id)
            try await bench.refuses(.send(away), .notFound, field: "replyTo")
        },
        ContractRule("A repeat of a message edited or deleted since returns what it is now") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let new = NewMessage(chatID: chat, sender: ann, content: "hello", clientID: "k")
            let message = try await bench.send("hello", to: chat, from: ann, clientID: "k")
            _ = try await bench.perform(.edit(chat, message.id, content: "edited", by: ann))
            guard case .message(let edited, duplicate: true) = try await bench.perform(.send(new)) else {
                throw ContractViolation("a duplicate")
            }
            try expectEqual(edited.content, "edited")
            _ = try await bench.perform(.delete(chat, message.id, by: .user(ann)))
            guard case .message(let deleted, duplicate: true) = try await bench.perform(.send(new)) else {
                throw ContractViolation("a duplicate")
            }
            try expect(deleted.deletedAt != nil, "a tombstone")
        },
        ContractRule("A repeat within the same batch is found too") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let new = NewMessage(chatID: chat, sender: ann, content: "hello", clientID: "k")
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for _ in 0..<50 { group.addTask { try await bench.perform(.send(new)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let firsts = outcomes.filter { if case .message(_, duplicate: false) = $0 { true } else { false } }
            try expectEqual(firsts.count, 1)
            try expectEqual(try await bench.read { try $0.chat(chat)?.lastSeq }, .some(1))
        },
        ContractRule("Sending reads and delivers up to one's own message") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            for _ in 1...3 { try await bench.send("x", to: chat, from: ann) }
            try expectEqual(try await bench.read { try $0.unreadCount(of: bob, in: chat) }, 3)
            try await bench.send("y", to: chat, from: bob)
            let (member, unread) = try await bench.read {
                (try $0.member(bob, of: chat), try $0.unreadCount(of: bob, in: chat))
            }
            try expectEqual(member?.readSeq, 4)
            try expectEqual(member?.deliveredSeq, 4)
            try expectEqual(unread, 0)
        },
    ]
}
