import ChatCore

/// Uploads: how a file comes into the store, and who may have it.
extension StoreContract {
    private static let chunk = StoredFile.chunkSize

    static let files: [ContractRule] = uploads + limitsOfFiles + sentFiles + endsOfFiles

    private static let uploads: [ContractRule] = [
        ContractRule("A file comes in chunks, and is there for its owner, and only for them, once it is finished") {
            bench in
            let ids = try await bench.users(["ann", "bob"])
            let bytes = StoreBench.bytes(2 * chunk + 77)
            try await bench.beginUpload("f", by: ids[0], bytes, name: "../x/sum mer.pdf ")
            try expectEqual(try await bench.mayHave("f", ids[0]), false)
            try expectEqual(try await bench.download("f"), [])
            bench.sink.forget()
            let outcome = try await bench.perform(
                .finishFile(FileID("f"), FileTraits(mimeType: "image/png", width: 7, height: 9)))
            let expected = Attachment(
                id: FileID("f"), name: "sum mer.pdf", size: Int64(bytes.count), mimeType: "image/png", width: 7,
                height: 9)
            try expectEqual(outcome, .file(expected))
            try expectEqual(bench.sink.newChanges(), [])
            try expectEqual([try await bench.mayHave("f", ids[0]), try await bench.mayHave("f", ids[1])], [true, false])
            let stored = try await bench.read { try $0.file(FileID("f")) }
            try expectEqual(
                stored,
                StoredFile(attachment: expected, ownerID: ids[0], createdAt: bench.clock.now, messageID: nil))
            try expectEqual(try await bench.download("f"), bytes)
            try await bench.refuses(.appendToFile(FileID("f"), [1]), .conflict)
            try await bench.refuses(.discardFile(FileID("f")), .conflict)
        },
        ContractRule("An upload takes whole chunks in a row, of a file that was begun, of nobody unknown or blocked") {
            bench in
            let ann = try await bench.user("ann")
            try await bench.refuses(.appendToFile(FileID("f"), [1]), .notFound)
            try await bench.refuses(.finishFile(FileID("f"), FileTraits(mimeType: "x/y")), .notFound)
            try await bench.refuses(
                .beginFile(NewFile(id: FileID("f"), owner: UserID("nobody"), name: "n")), .forbidden)
            try await bench.beginUpload("f", by: ann, StoreBench.bytes(chunk))
            try await bench.refuses(.beginFile(NewFile(id: FileID("f"), owner: ann, name: "n")), .conflict)
            try await bench.refuses(.appendToFile(FileID("f"), []), .invalid)
            try await bench.refuses(.appendToFile(FileID("f"), StoreBench.bytes(chunk + 1)), .invalid)
            _ = try await bench.perform(.appendToFile(FileID("f"), [1]))
            try await bench.refuses(.appendToFile(FileID("f"), [1]), .invalid)
            _ = try await bench.perform(.setBlocked(ann, true))
            try await bench.refuses(.beginFile(NewFile(id: FileID("g"), owner: ann, name: "n")), .forbidden)
        },
        ContractRule("An empty file is a file") { bench in
            let ann = try await bench.user("ann")
            try expectEqual(try await bench.upload("f", by: ann, []).size, 0)
            try expectEqual(try await bench.mayHave("f", ann), true)
            try expectEqual(try await bench.download("f"), [])
        },
        ContractRule("Uploads that were not finished are gone after a restart, finished ones are there") { bench in
            let ann = try await bench.user("ann")
            let bytes = StoreBench.bytes(chunk + 5)
            try await bench.beginUpload("half", by: ann, bytes)
            try await bench.upload("whole", by: ann, bytes)
            try bench.restart()
            try await bench.refuses(.finishFile(FileID("half"), FileTraits(mimeType: "x/y")), .notFound)
            try expectEqual(try await bench.download("whole"), bytes)
            try expectEqual(try await bench.mayHave("whole", ann), true)
        },
    ]

    private static let limitsOfFiles: [ContractRule] = [
        ContractRule("A file is no larger than it may be", policy: ChatPolicy(maxAttachment: 1000)) { bench in
            let ann = try await bench.user("ann")
            try await bench.upload("fits", by: ann, StoreBench.bytes(1000))
            try await bench.beginUpload("f", by: ann, [])
            try await bench.refuses(.appendToFile(FileID("f"), StoreBench.bytes(1001)), .tooLong)
        },
        ContractRule(
            "All files together take no more than they may, and what is discarded gives its room back",
            policy: ChatPolicy(maxStorage: 3000)
        ) { bench in
            let ann = try await bench.user("ann")
            try await bench.beginUpload("a", by: ann, StoreBench.bytes(2000))
            try await bench.beginUpload("b", by: ann, [])
            try await bench.refuses(.appendToFile(FileID("b"), StoreBench.bytes(1001)), .storageFull)
            _ = try await bench.perform(.appendToFile(FileID("b"), StoreBench.bytes(1000)))
            try await bench.refuses(.beginFile(NewFile(id: FileID("c"), owner: ann, name: "c")), .storageFull)
            _ = try await bench.perform(.discardFile(FileID("a")))
            try await bench.refuses(.discardFile(FileID("a")), .notFound)
            // The bytes are erased beside other work.
            while true {
                do {
                    try await bench.upload("c", by: ann, StoreBench.bytes(2000))
                    return
                } catch let error as ChatError {
                    try expectEqual(error.code, .storageFull)
                    _ = try? await bench.perform(.discardFile(FileID("c")))
                }
            }
        },
        ContractRule("A user has at most a hundred files that were not sent") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let chat = try await bench.group("c", ids)
            for number in 1...ChatPolicy.maxUnsentFiles { try await bench.upload("f\(number)", by: ids[0]) }
            try await bench.refuses(.beginFile(NewFile(id: FileID("g"), owner: ids[0], name: "g")), .rateLimited)
            try await bench.upload("other", by: ids[1])
            try await bench.send("", files: ["f1"], to: chat, from: ids[0])
            try await bench.upload("g", by: ids[0])
        },
        ContractRule("A file that is not sent within a day is gone; one that was sent stays") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            try await bench.upload("sent", by: ann)
            try await bench.upload("unsent", by: ann)
            try await bench.send("", files: ["sent"], to: chat, from: ann)
            bench.clock.advance(by: ChatPolicy.unsentFileLife - .milliseconds(1))
            try expectEqual(try await bench.mayHave("unsent", ann), true)
            bench.clock.advance(by: .milliseconds(1))
            try expectEqual(try await bench.mayHave("unsent", ann), false)
            let late = NewMessage(chatID: chat, sender: ann, content: "", attachments: [FileID("unsent")])
            try await bench.refuses(.send(late), .notFound, field: "attachmentIds")
            try bench.restart()
            while try await bench.download("unsent") != [] {}
            try expectEqual(try await bench.mayHave("sent", ann), true)
        },
    ]
}
