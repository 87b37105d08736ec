import ChatCore

extension StoreContract {
    private static func position(_ bench: StoreBench, _ name: String) async throws -> FeedPosition? {
        try await bench.read { try $0.cursor(name)?.position }
    }

    static let cursors: [ContractRule] = [
        ContractRule("A cursor is made, moves forward only, is listed and removed") { bench in
            try await bench.user("ann")
            let first = FeedPosition(bench.store.revision)
            try await bench.user("bob")
            let second = FeedPosition(bench.store.revision, knownSince: bench.store.revision)
            _ = try await bench.perform(.advanceCursor("b", to: .beginning))
            _ = try await bench.perform(.advanceCursor("a", to: first))
            try expectEqual(try await position(bench, "b"), .beginning)
            _ = try await bench.perform(.advanceCursor("a", to: second))
            bench.clock.advance(by: .seconds(5))
            _ = try await bench.perform(.advanceCursor("a", to: first))
            let listed = try await bench.read { try $0.cursors() }
            try expectEqual(listed.map(\.name), ["a", "b"])
            try expectEqual(listed.map(\.position), [second, .beginning])
            try expect(listed[0].movedAt < bench.clock.now, "what does not move it leaves its time")
            _ = try await bench.perform(.removeCursor("a"))
            try expectEqual(try await position(bench, "a"), nil)
            try await bench.refuses(.removeCursor("a"), .notFound)
        },
        ContractRule("A move of a cursor has no revision and tells nobody") { bench in
            try await bench.user("ann")
            let now = bench.store.revision
            try await bench.changesNothing(.advanceCursor("a", to: FeedPosition(now)))
            try await bench.changesNothing(.removeCursor("a"))
            try expectEqual(bench.store.revision, now)
            try expectEqual(try await bench.read { try $0.changes(after: now, limit: 10).entries }, [])
        },
        ContractRule("A cursor goes nowhere that the feed has not been, and has a name like an id") { bench in
            try await bench.user("ann")
            let ahead = Revision(bench.store.revision.value + 1)
            try await bench.refuses(.advanceCursor("a", to: FeedPosition(ahead)), .conflict)
            try await bench.refuses(.advanceCursor("a", to: FeedPosition(.zero, knownSince: ahead)), .conflict)
            try await bench.refuses(.advanceCursor("a", to: FeedPosition(Revision(-1))), .conflict)
            for name in ["", "a b", "ä", String(repeating: "a", count: 65)] {
                try await bench.refuses(.advanceCursor(name, to: .beginning), .invalid, field: "name")
            }
            try expectEqual(try await bench.read { try $0.cursors() }, [])
        },
        ContractRule("Cursors are bounded in number; those that there are still move") { bench in
            try await bench.user("ann")
            let last = FeedPosition(bench.store.revision)
            for number in 1...CursorRules.limit {
                bench.store.submit(.advanceCursor("c\(number)", to: .beginning), reply: .nobody)
            }
            try await bench.refuses(.advanceCursor("one.more", to: .beginning), .conflict)
            _ = try await bench.perform(.advanceCursor("c1", to: last))
            try expectEqual(try await position(bench, "c1"), last)
            _ = try await bench.perform(.removeCursor("c2"))
            _ = try await bench.perform(.advanceCursor("one.more", to: .beginning))
        },
        ContractRule("A reader that is restarted goes on from its cursor and misses nothing") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            _ = try await bench.perform(.advanceCursor("reader", to: FeedPosition(bench.store.revision)))
            var sent: [MessageID] = []
            var told: [MessageID] = []
            for round in 0..<6 {
                sent += try await bench.send(["1", "2", "3"], to: chat, from: ann).map(\.id)
                let from = try unwrap(try await position(bench, "reader"))
                let page = try await bench.read { try $0.changes(after: from, limit: 2) }
                told += page.entries.compactMap { if case .messageNew(let new) = $0.change { new.id } else { nil } }
                _ = try await bench.perform(.advanceCursor("reader", to: page.next))
                if round.isMultiple(of: 2) { try bench.restart() }
            }
            let from = try unwrap(try await position(bench, "reader"))
            let rest = try await bench.read { try $0.changes(after: from, limit: 100) }
            told += rest.entries.compactMap { if case .messageNew(let new) = $0.change { new.id } else { nil } }
            try expectEqual(told, sent)
        },
    ]
}
