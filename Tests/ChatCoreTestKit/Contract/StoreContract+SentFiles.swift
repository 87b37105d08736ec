import ChatCore

/// Files in messages: sent, seen, and gone with them.
extension StoreContract {
    static let sentFiles: [ContractRule] = [
        ContractRule("A message shows its files in their order, wherever it is shown") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let chat = try await bench.group("c", ids)
            let start = bench.store.revision
            let first = try await bench.upload("one", by: ids[0], name: "1.pdf")
            let second = try await bench.upload("two", by: ids[0], [4], name: "2.png", type: "image/png")
            bench.sink.forget()
            let sent = try await bench.send("caption", files: ["two", "one"], to: chat, from: ids[0], kind: .image)
            try expectEqual(sent.attachments, [second, first])
            try expectEqual(bench.sink.newChanges(), [.messageNew(sent)])
            let shown = try await bench.read { view in
                [
                    try view.message(sent.id), try view.history(of: chat, .latest, limit: 5).messages.first,
                    try view.history(of: chat, for: ids[1], .around(1), limit: 5).messages.first,
                    try view.chatList(of: ids[1])[0].lastMessage,
                ]
            }
            for message in shown { try expectEqual(message, sent) }
            let missed = try await bench.read {
                try $0.changes(for: ids[1], after: start, receiptsAfter: start, limit: 10).changes
            }
            try expectEqual(missed, [.messageNew(sent)])
            try expectEqual(try await bench.read { try $0.file(FileID("two"))?.messageID }, .some(sent.id))
            let plain = try await bench.send("none", to: chat, from: ids[0])
            try expectEqual(plain.attachments, [])
        },
        ContractRule("Members have what was sent to their chat; nobody else has, nor has the sender who left") {
            bench in
            let ids = try await bench.users(["ann", "bob", "carl", "dora"])
            let chat = try await bench.group("c", [ids[0], ids[1]])
            try await bench.upload("f", by: ids[0])
            try await bench.send("", files: ["f"], to: chat, from: ids[0])
            func may() async throws -> [Bool] {
                var answers: [Bool] = []
                for id in ids { answers.append(try await bench.mayHave("f", id)) }
                return answers
            }
            try expectEqual(try await may(), [true, true, false, false])
            _ = try await bench.perform(.putMember(chat, ids[2], role: nil, by: .operator))
            _ = try await bench.perform(.removeMember(chat, ids[0], by: .operator))
            _ = try await bench.perform(.removeMember(chat, ids[1], by: .operator))
            try expectEqual(try await may(), [false, false, true, false])
        },
        ContractRule(
            "Under history joined a member has no files from before", policy: ChatPolicy(historyVisibility: .joined)
        ) { bench in
            let ids = try await bench.users(["ann", "bob"])
            let chat = try await bench.group("c", [ids[0]])
            for name in ["old", "new"] { try await bench.upload(name, by: ids[0]) }
            try await bench.send("", files: ["old"], to: chat, from: ids[0])
            _ = try await bench.perform(.putMember(chat, ids[1], role: nil, by: .operator))
            try await bench.send("", files: ["new"], to: chat, from: ids[0])
            try expectEqual(try await bench.mayHave("old", ids[1]), false)
            try expectEqual(try await bench.mayHave("new", ids[1]), true)
        },
        ContractRule("A message takes files that are its sender's, whole, unsent, few and different") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let chat = try await bench.group("c", ids)
            for number in 1...11 { try await bench.upload("f\(number)", by: ids[0]) }
            try await bench.upload("bobs", by: ids[1])
            try await bench.beginUpload("half", by: ids[0])
            func message(_ files: [String], _ kind: Message.Kind = .file, _ content: String = "") -> Command {
                .send(
                    NewMessage(
                        chatID: chat, sender: ids[0], content: content, kind: kind,
                        attachments: files.map { FileID($0) }))
            }
            for name in ["bobs", "half", "none"] {
                try await bench.refuses(message(["f1", name]), .notFound, field: "attachmentIds")
            }
            try await bench.refuses(message(["f1", "f1"]), .invalid, field: "attachmentIds")
            try await bench.refuses(message((1...11).map { "f\($0)" }), .invalid, field: "attachmentIds")
            try await bench.refuses(message(["f1"], .image), .invalid, field: "messageType")
            try await bench.refuses(message([], .file), .invalid, field: "content")
            try expectEqual(try await bench.read { try $0.chat(chat)?.lastSeq }, 0)
            let sent = try await bench.send("", files: (1...10).map { "f\($0)" }, to: chat, from: ids[0])
            try expectEqual(sent.attachments.count, 10)
            try await bench.refuses(message(["f1"]), .conflict, field: "attachmentIds")
            try expectEqual(try await bench.send("x", files: ["f11"], to: chat, from: ids[0], kind: .text).kind, .text)
        },
        ContractRule("A repeated clientId returns the first message with its files; other files are a conflict") {
            bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            for name in ["one", "two"] { try await bench.upload(name, by: ann) }
            let first = try await bench.send("", files: ["one"], to: chat, from: ann, clientID: "k")
            bench.sink.forget()
            let again = try await bench.perform(
                .send(
                    NewMessage(
                        chatID: chat, sender: ann, content: "", kind: .file, clientID: "k",
                        attachments: [FileID("one")])))
            try expectEqual(again, .message(first, duplicate: true))
            try expectEqual(bench.sink.newChanges(), [])
            for files in [[], [FileID("two")]] {
                let other = NewMessage(
                    chatID: chat, sender: ann, content: files.isEmpty ? "x" : "", kind: .file, clientID: "k",
                    attachments: files)
                try await bench.refuses(.send(other), .conflict, field: "clientId")
            }
        },
    ]

    static let endsOfFiles: [ContractRule] = [
        ContractRule("An edit keeps the files, and may empty the caption; a deletion takes them") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let chat = try await bench.group("c", ids)
            let file = try await bench.upload("f", by: ids[0], StoreBench.bytes(StoredFile.chunkSize * 3))
            let sent = try await bench.send("caption", files: ["f"], to: chat, from: ids[0], clientID: "k")
            let link = try await bench.send("a link", to: chat, from: ids[0])
            try await bench.refuses(.edit(chat, link.id, content: "", by: ids[0]), .invalid, field: "content")
            guard case .message(let edited, _) = try await bench.perform(.edit(chat, sent.id, content: "", by: ids[0]))
            else { throw ContractViolation("answers a message") }
            try expectEqual(edited.attachments, [file])
            bench.sink.forget()
            guard case .message(let gone, _) = try await bench.perform(.delete(chat, sent.id, by: .user(ids[0])))
            else { throw ContractViolation("answers a message") }
            try expectEqual(gone.attachments, [])
            try expectEqual(bench.sink.newChanges(), [.messageDeleted(gone)])
            for id in ids { try expectEqual(try await bench.mayHave("f", id), false) }
            try expectEqual(try await bench.download("f"), [])
            try expectEqual(try await bench.read { try $0.file(FileID("f")) }, nil)
            try expectEqual(try await bench.read { try $0.history(of: chat, .latest, limit: 9).messages[0] }, gone)
        },
        ContractRule("Files go with their chat, and with their owner's messages") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let (kept, deleted) = (try await bench.group("kept", ids), try await bench.group("deleted", ids))
            for name in ["kept", "moderated", "chat", "unsent"] { try await bench.upload(name, by: ids[0]) }
            try await bench.upload("bobs", by: ids[1])
            try await bench.send("", files: ["kept"], to: kept, from: ids[0])
            try await bench.send("", files: ["bobs"], to: kept, from: ids[1])
            try await bench.send("", files: ["chat"], to: deleted, from: ids[0])
            let message = try await bench.send("", files: ["moderated"], to: kept, from: ids[0])
            _ = try await bench.perform(.delete(nil, message.id, by: .operator))
            _ = try await bench.perform(.deleteChat(deleted))
            func there() async throws -> [String] {
                try await bench.read { view in
                    try ["kept", "moderated", "chat", "unsent", "bobs"].filter { try view.file(FileID($0)) != nil }
                }
            }
            try expectEqual(try await there(), ["kept", "unsent", "bobs"])
            _ = try await bench.perform(.deleteUser(ids[0], deleteMessages: false))
            try expectEqual(try await there(), ["kept", "bobs"])
            try expectEqual(try await bench.mayHave("kept", ids[1]), true)
            _ = try await bench.perform(.deleteUser(ids[1], deleteMessages: true))
            try expectEqual(try await there(), ["kept"])
        },
    ]
}
