import ChatCore

extension StoreContract {
    private static func token(
        _ id: String, _ owner: NewToken.Owner, create: Bool = false, _ bench: StoreBench
    ) -> Command {
        .issueToken(
            NewToken(
                id: TokenID(id), owner: owner, createUser: create, label: "l",
                expiresAt: bench.clock.now.advanced(by: .seconds(60))))
    }

    private static func admission(_ user: UserID, _ id: String?, _ issued: Timestamp?, _ bench: StoreBench) async throws
        -> Admission
    {
        try await bench.read {
            try $0.admission(of: user, token: TokenFacts(id: id.map { TokenID($0) }, issuedAt: issued))
        }
    }

    private static func isAdmitted(_ admission: Admission) -> Bool {
        if case .admitted = admission { true } else { false }
    }

    static let tokens: [ContractRule] = [
        ContractRule("A token is issued by id or username, and makes the user when asked to") { bench in
            try await bench.refuses(token("t0", .id(UserID("ann")), bench), .notFound)
            try await bench.refuses(token("t0", .username("Ann"), bench), .notFound)
            guard
                case .token(let record, let user) = try await bench.perform(
                    token("t1", .id(UserID("ann")), create: true, bench))
            else { throw ContractViolation("issueToken answers a token") }
            try expectEqual(user.username, "ann")
            try expectEqual(record.userID, user.id)
            try expectEqual(record.label, "l")
            guard case .token(_, let same) = try await bench.perform(token("t2", .username("ANN"), create: true, bench))
            else { throw ContractViolation("issueToken answers a token") }
            try expectEqual(same.id, user.id)
            try await bench.refuses(token("t2", .username("ann"), bench), .conflict)
            let (all, its) = try await bench.read {
                (
                    try $0.tokens(of: nil, page: PageRequest()).items.map(\.id),
                    try $0.tokens(of: user.id, page: PageRequest()).items.map(\.id)
                )
            }
            try expectEqual(all, [TokenID("t1"), TokenID("t2")])
            try expectEqual(its, all)
            try expectEqual(try await bench.read { try $0.token(TokenID("t1")) }, .some(record))
        },
        ContractRule("A revoked token is told and no longer admitted; the others are") { bench in
            let ann = try await bench.user("ann")
            _ = try await bench.perform(token("t1", .id(ann), bench))
            _ = try await bench.perform(token("t2", .id(ann), bench))
            bench.sink.forget()
            _ = try await bench.perform(.revokeToken(TokenID("t1")))
            try expectEqual(bench.sink.newChanges(), [.tokenRevoked(TokenID("t1"), ann)])
            try await bench.changesNothing(.revokeToken(TokenID("t1")))
            try await bench.refuses(.revokeToken(TokenID("t9")), .notFound)
            try expectEqual(try await admission(ann, "t1", bench.clock.now, bench), .tokenRevoked)
            try expect(isAdmitted(try await admission(ann, "t2", bench.clock.now, bench)), "the other one holds")
        },
        ContractRule("Revoking all tokens of a user leaves those issued later") { bench in
            let ann = try await bench.user("ann")
            _ = try await bench.perform(token("t1", .id(ann), bench))
            _ = try await bench.perform(.revokeTokens(ann))
            _ = try await bench.perform(token("t2", .id(ann), bench))
            let now = bench.clock.now
            try expectEqual(try await admission(ann, "t1", now, bench), .tokenRevoked)
            // The same second: its own row says that it is good.
            try expect(isAdmitted(try await admission(ann, "t2", now, bench)), "a new token of ours")
            try expectEqual(try await admission(ann, "outside", now, bench), .tokenRevoked)
            try expectEqual(try await admission(ann, nil, nil, bench), .tokenRevoked)
            let later = now.advanced(by: .seconds(1))
            try expect(isAdmitted(try await admission(ann, "outside", later, bench)), "an outside token, issued later")
        },
        ContractRule("Outside tokens that were shown ahead of their time are revoked, and stay so") { bench in
            let ann = try await bench.user("ann")
            let now = bench.clock.now
            let ahead = now.advanced(by: .seconds(50))
            _ = try await bench.perform(.revokeTokens(ann, issuedUpTo: ahead))
            _ = try await bench.perform(.revokeTokens(ann, issuedUpTo: now.advanced(by: .seconds(-50))))
            try expectEqual(try await admission(ann, "outside", ahead, bench), .tokenRevoked)
            let later = ahead.advanced(by: .seconds(1))
            try expect(isAdmitted(try await admission(ann, "outside", later, bench)), "one issued later")
            // Our own have a row that says it.
            _ = try await bench.perform(token("t1", .id(ann), bench))
            try expect(isAdmitted(try await admission(ann, "t1", now, bench)), "a new token of ours")
        },
        ContractRule("Nobody is admitted by another's token, nor without being there") { bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            _ = try await bench.perform(token("t1", .id(ann), bench))
            try expectEqual(try await admission(bob, "t1", bench.clock.now, bench), .tokenRevoked)
            try expectEqual(try await admission(UserID("carl"), nil, nil, bench), .unknownUser)
            _ = try await bench.perform(.deleteUser(ann, deleteMessages: false))
            try expectEqual(try await admission(ann, "t1", bench.clock.now, bench), .deleted)
        },
        ContractRule(
            "A session begins with its chats, what is unread, and the revision", policy: ChatPolicy(quietMembers: 2)
        ) {
            bench in
            let (ann, bob) = (try await bench.user("ann"), try await bench.user("bob"))
            let carl = try await bench.user("carl")
            let small = try await bench.group("small", [ann, bob])
            let large = try await bench.group("large", [ann, bob, carl])
            try await bench.send("one", to: small, from: bob)
            try await bench.send("two", to: large, from: carl)
            guard case .admitted(let session) = try await admission(ann, nil, bench.clock.now, bench) else {
                throw ContractViolation("admitted")
            }
            try expectEqual(session.user.username, "ann")
            try expectEqual(Set(session.chats), [small, large])
            try expectEqual(session.presenceChats, [small])
            try expectEqual(session.unreadTotal, 2)
            try expectEqual(session.revision, bench.store.revision)
        },
    ]
}
