import ChatCore

extension StoreContract {
    static let receipts: [ContractRule] = [
        ContractRule("A read receipt rises, is told with its member count, and counts what is left") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let messages = try await bench.send((1...5).map { "\($0)" }, to: chat, from: ann)
            bench.clock.advance(by: .seconds(3))
            bench.sink.forget()
            let outcome = try await bench.perform(.markRead(chat, messages[2].id, by: bob))
            try expectEqual(outcome, .read(readSeq: 3, unreadCount: 2))
            let receipt = Receipt(
                chatID: chat, userID: bob, messageID: messages[2].id, seq: 3, at: bench.clock.now, memberCount: 2)
            try expectEqual(bench.sink.newChanges(), [.messageRead(receipt)])
            let member = try await bench.read { try $0.member(bob, of: chat) }
            try expectEqual(member?.deliveredSeq, 3)
        },
        ContractRule("An older receipt is answered with what is, and not told") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let first = try await bench.send("1", to: chat, from: ann)
            let second = try await bench.send("2", to: chat, from: ann)
            _ = try await bench.perform(.markRead(chat, second.id, by: bob))
            bench.sink.forget()
            let read = try await bench.perform(.markRead(chat, first.id, by: bob))
            try expectEqual(read, .read(readSeq: 2, unreadCount: 0))
            let delivered = try await bench.perform(.markDelivered(chat, first.id, by: bob))
            try expectEqual(delivered, .delivered(deliveredSeq: 2))
            try expectEqual(bench.sink.newChanges(), [])
        },
        ContractRule("Delivered does not read, read delivers") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let message = try await bench.send("1", to: chat, from: ann)
            bench.sink.forget()
            let outcome = try await bench.perform(.markDelivered(chat, message.id, by: bob))
            try expectEqual(outcome, .delivered(deliveredSeq: 1))
            guard case .messageDelivered(let receipt)? = bench.sink.newChanges().first else {
                throw ContractViolation("a delivery is told")
            }
            try expectEqual(receipt.seq, 1)
            try expectEqual(try await bench.read { try $0.unreadCount(of: bob, in: chat) }, 1)
            try bench.restart()
            let member = try await bench.read { try $0.member(bob, of: chat) }
            try expectEqual(member?.deliveredSeq, 1)
            try expectEqual(member?.readSeq, 0)
        },
        ContractRule("A receipt for a message of another chat, or for none, is not found") { bench in
            let ann = try await bench.user("ann")
            let (one, two) = (try await bench.group("one", [ann]), try await bench.group("two", [ann]))
            let message = try await bench.send("1", to: one, from: ann)
            for id in [message.id, MessageID("0000000000001"), MessageID("x")] {
                try await bench.refuses(.markRead(two, id, by: ann), .notFound, field: "messageId")
                try await bench.refuses(.markDelivered(two, id, by: ann), .notFound, field: "messageId")
            }
        },
        ContractRule("Unread leaves out what is deleted, system or read, exactly") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let chat = try await bench.group("c", [ann, bob])
            let messages = try await bench.send((1...6).map { "\($0)" }, to: chat, from: ann)
            func unread() async throws -> [Int] {
                try await bench.read {
                    [
                        try $0.unreadCount(of: bob, in: chat), try $0.unreadTotal(of: bob),
                        try $0.chatList(of: bob).map(\.unreadCount).reduce(0, +),
                    ]
                }
            }
            try expectEqual(try await unread(), [6, 6, 6])
            _ = try await bench.perform(.delete(chat, messages[4].id, by: .user(ann)))
            try expectEqual(try await unread(), [5, 5, 5])
            try await bench.send("notice", to: chat, from: nil)
            try expectEqual(try await unread(), [5, 5, 5])
            let outcome = try await bench.perform(.markRead(chat, messages[1].id, by: bob))
            try expectEqual(outcome, .read(readSeq: 2, unreadCount: 3))
            _ = try await bench.perform(.delete(chat, messages[0].id, by: .user(ann)))
            try expectEqual(try await unread(), [3, 3, 3])
            _ = try await bench.perform(.markRead(chat, messages[5].id, by: bob))
            try expectEqual(try await unread(), [0, 0, 0])
            try bench.restart()
            try expectEqual(try await unread(), [0, 0, 0])
        },
    ]
}
