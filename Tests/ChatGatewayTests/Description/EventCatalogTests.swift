import ByteText
import ChatCore
import ChatWire
import Foundation
import JSON
import NIOCore
import SocketIO
import Testing

@testable import ChatGateway

@Suite("The description of the events")
struct EventCatalogTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources").standardizedFileURL

    /// Every file that makes or sends events, one text.
    private static func code() throws -> String {
        var code = ""
        for target in ["ChatGateway", "ChatWire"] {
            let folder = sources.appendingPathComponent(target)
            let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            for case let file as URL in files
            where file.pathExtension == "swift" && !file.path.contains("/Description/") {
                code += try String(contentsOf: file, encoding: .utf8)
            }
        }
        return code
    }

    private static func matches(_ pattern: String, in text: String) throws -> Set<String> {
        let expression = try NSRegularExpression(pattern: pattern)
        let range = NSRange(text.startIndex..., in: text)
        let found = expression.matches(in: text, range: range)
        return Set(found.compactMap { Range($0.range(at: 1), in: text).map { String(text[$0]) } })
    }

    /// A valid object of the event, with all that has to be there.
    private static func sample(_ event: any ClientEvent.Type) -> JSONObject {
        var object = WireShape.sample(of: event.signature.takes.filter { !$0.isOptional })
        if event == Sync.self { object["after"] = .string(Offset(epoch: 1, revision: Revision(1)).text) }
        if event == MessageSend.self { object["content"] = "x" }
        return object
    }

    private static func fault(_ event: any ClientEvent.Type, _ object: JSONObject) -> ChatError? {
        do throws(ChatError) {
            _ = try event.read([.object(object)])
            return nil
        } catch {
            return error
        }
    }

    @Test("What an event takes is what it reads: each field is asked for, by its name, and is of its type")
    func clientEventFields() {
        for event in ClientEvents.all {
            let sample = Self.sample(event)
            #expect(Self.fault(event, sample) == nil, "\(event.name)")
            for field in event.signature.takes {
                var wrong = sample
                wrong[ByteString(field.name)] = field.shape.wrong
                let fault = Self.fault(event, wrong)
                #expect(fault?.code == .invalid && fault?.field == field.name, "\(event.name).\(field.name)")
                guard !field.isOptional else { continue }
                var without = sample
                without[ByteString(field.name)] = nil
                let missing = Self.fault(event, without)
                let place = "\(event.name) without \(field.name)"
                #expect(missing?.code == .invalid && missing?.field == field.name, "\(place)")
            }
        }
    }

    @Test("No event reads a field that is not described")
    func undescribedFields() throws {
        let folder = Self.sources.appendingPathComponent("ChatGateway/Events")
        for event in ClientEvents.all {
            let file = folder.appendingPathComponent("\(event).swift")
            let code = try String(contentsOf: file, encoding: .utf8)
            var read = try Self.matches(#"ields\.\w+\(\s*"(\w+)""#, in: code)
            if code.contains("fields.chatID()") { read.insert("chatId") }
            if code.contains("fields.messageID()") { read.insert("messageId") }
            #expect(read == Set(event.signature.takes.map(\.name)), "\(event.name)")
        }
    }

    @Test("Every server event is described once, in the order of their names' table, and says whether it comes again")
    func serverEventNames() throws {
        #expect(ServerEventSignature.all.map(\.name).sorted() == ServerEventName.allCases.map(\.rawValue).sorted())
        for event in ServerEventSignature.all {
            let name = try #require(ServerEventName(rawValue: event.name))
            #expect(event.summary.contains("Who missed it is told it later.") == name.isReplayed, "\(event.name)")
        }
    }

    private static let card = UserCard(id: UserID("u"), username: "u", displayName: nil, avatarURL: "/a.png")

    private static var message: Message {
        var message = Message(
            id: MessageID("m"), chatID: ChatID("c"), seq: 1, sender: card, content: "x", kind: .image,
            createdAt: .now(), clientID: "k")
        message.replyTo = Message.Quote(id: MessageID("l"), seq: 1, senderID: nil, content: "y")
        message.attachments = [
            Attachment(id: FileID("f"), name: "f", size: 3, mimeType: "image/png", width: 1, height: nil)
        ]
        message.reactions = [Message.Reaction(emoji: "👍", userIDs: [UserID("u")])]
        message.editedAt = .now()
        message.deletedAt = .now()
        return message
    }

    /// One of each event that `ServerEvent` makes, in its fullest form.
    private static var samples: [ServerEvent] {
        let (chat, user) = (ChatID("c"), UserID("u"))
        let whole = Chat(id: chat, name: nil, kind: .direct, createdAt: .now(), memberCount: 2, lastSeq: 0)
        let receipt = Receipt(chatID: chat, userID: user, messageID: message.id, seq: 1, at: .now(), memberCount: 2)
        let error = ChatError(.tooLong, "x", field: "content", retryAfter: .seconds(1))
        let reaction = ReactionChange(
            chatID: chat, messageID: message.id, seq: 1, userID: user, emoji: "👍", removed: true,
            reactions: message.reactions)
        let changes: [Change] = [
            .messageNew(message), .messageUpdated(message), .messageDeleted(message), .messageReaction(reaction),
            .messageRead(receipt), .messageDelivered(receipt), .chatCreated(whole, members: [user]),
            .chatUpdated(whole), .chatDeleted(chat, members: [user]), .memberAdded(whole, card),
            .memberRemoved(chat, user), .userUpdated(card, in: [chat]), .userDeleted(user),
        ]
        return changes.flatMap(\.notices).map { ServerEvent($0) } + [
            .chatJoined(chat), .chatLeft(chat), .typing(true, chat: chat, user: card),
            .typing(false, chat: chat, user: card), .userStatus(user, online: true, lastSeenAt: nil),
            .userStatus(user, online: false, lastSeenAt: .now()), .sessionExpiring(at: .now()),
            .error(error, event: "x"),
        ] + SessionEnd.allCases.map { .sessionEnded($0) }
    }

    @Test("What the events carry is what the description says")
    func serverEventArguments() throws {
        let shapes = Dictionary(uniqueKeysWithValues: ServerEventSignature.all.map { ($0.name, $0.argument) })
        for event in Self.samples {
            let shape = try #require(shapes[event.name.rawValue])
            #expect(shape.faults(of: try JSONValue(parsing: event.json)) == [], "\(event.name)")
        }
        // Made by the session itself; the clients' tests look at them.
        let told = Set(Self.samples.map(\.name.rawValue))
        #expect(Set(shapes.keys).subtracting(told) == ["session:ready", "offset"])
    }

    @Test("Objects that only answers carry are as described")
    func objects() throws {
        let user = User(
            id: UserID("u"), username: "u", displayName: "U", avatarURL: nil, createdAt: .now(), lastSeenAt: nil,
            blocked: false)
        let member = Member(user: Self.card, role: .admin, joinedAt: .now(), deliveredSeq: 2, readSeq: 1)
        let item = ChatListItem(
            chat: Chat(id: ChatID("c"), name: "n", kind: .group, createdAt: .now(), memberCount: 1, lastSeq: 1),
            members: [member], lastMessage: Self.message, unreadCount: 1, readSeq: 0, deliveredSeq: 1)
        let wired: [(WireObject, ByteBuffer)] = [
            (.user, .text { $0.writeWire(user, online: true) }), (.chatListItem, .text { $0.writeWire(item) }),
        ]
        for (object, json) in wired {
            #expect(WireShape.named(object).faults(of: try JSONValue(parsing: json)) == [], "\(object)")
        }
    }

    @Test("The declarations name every event and every field, and their braces match")
    func typeScript() {
        let text = EventCatalog.typeScript
        for event in ClientEvents.all { #expect(text.contains("  \"\(event.name)\": (data: {"), "\(event.name)") }
        for event in ServerEventSignature.all { #expect(text.contains("  \"\(event.name)\": ("), "\(event.name)") }
        for object in WireObject.allCases where object != .change {
            #expect(text.contains("export interface \(object.rawValue) {"))
            for field in object.fields { #expect(text.contains("  \(field.name)\(field.isOptional ? "?" : ""): ")) }
        }
        for (left, right) in [("{", "}"), ("(", ")"), ("[", "]")] as [(Character, Character)] {
            #expect(text.count { $0 == left } == text.count { $0 == right })
        }
        #expect(!text.contains("*/ */"))
    }

    @Test("The AsyncAPI description is JSON in which every reference leads somewhere")
    func asyncAPI() throws {
        let document = try JSONValue(parsing: ByteBuffer(string: EventCatalog.asyncAPI(version: "1.2.3")))
        #expect(document["asyncapi"] == "3.0.0" && document["info"]?["version"] == "1.2.3")
        var references: [String] = []
        func collect(_ value: JSONValue) {
            if let reference = value["$ref"]?.string { references.append(reference.string) }
            value.object?.members.forEach { collect($0.value) }
            value.array?.forEach(collect)
        }
        collect(document)
        #expect(references.count > 100)
        for reference in Set(references) {
            let path = reference.split(separator: "/").dropFirst().map { ByteString($0) }
            let target = path.reduce(document as JSONValue?) { $0?[$1] }
            #expect(target != nil, "\(reference)")
        }
        let operations = try #require(document["operations"]?.object)
        #expect(operations.members.count == ClientEvents.all.count + ServerEventSignature.all.count)
    }
}
