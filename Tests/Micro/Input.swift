import ChatCore
import Foundation

/// What every step works on: a hundred bytes of text in a chat of ten, as the benchmarks send.
enum Input {
    static let chat = ChatID("chat-000001")
    static let content = String(repeating: "0123456789", count: 10)
    static let members = (0..<50).map { UserID("user-\($0)") }

    /// The Engine.IO packet of one send.
    static func send(_ number: Int) -> String {
        #"42\#(number)["message:send",{"chatId":"\#(chat.rawValue)","content":"\#(content)","clientId":"c\#(number)"}]"#
    }

    static func message(_ number: Int) -> Message {
        let sender = members[number % members.count]
        return Message(
            id: MessageID("0123456789abc"), chatID: chat, seq: Int64(number),
            sender: UserCard(id: sender, username: sender.rawValue, displayName: nil, avatarURL: nil), content: content,
            kind: .text, createdAt: Timestamp(milliseconds: 1_800_000_000_000), clientID: "c\(number)")
    }

    /// A masked text frame, as clients send them.
    static func frame(_ text: String) -> [UInt8] {
        let payload = Array(text.utf8)
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        var bytes: [UInt8] = [0x81]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    /// A directory that is gone when `body` ends.
    static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "parley-micro-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        do {
            try await body(directory)
        } catch {
            try FileManager.default.removeItem(atPath: directory)
            throw error
        }
        try FileManager.default.removeItem(atPath: directory)
    }
}
