import ChatCore
import NIOCore
import SocketIO

@testable import ChatGateway
@testable import ChatSQLite

extension FuzzTarget {
    /// An event's object, read as each of the events: a number of the event, then JSON.
    static let events = FuzzTarget("events") { bytes in
        var input = FuzzInput(bytes)
        let number = Int(input.byte()) % ClientEvents.all.count
        var text = ByteBuffer(string: "2[\"x\",")
        text.writeBytes(input.rest)
        text.writeString("]")
        var decoder = PacketDecoder()
        guard case .event(_, let arguments)? = try? decoder.receive(text: text)?.kind else { return }
        do throws(ChatError) {
            _ = try ClientEvents.all[number].read(arguments)
        } catch {
            try require([.invalid, .tooLong].contains(error.code), "\(error)")
            try require(error.message.utf8.count < 1024, "a message of \(error.message.utf8.count) bytes")
        }
    }

    /// Short texts that clients hand back or type: times, offsets, words to look for.
    static let texts = FuzzTarget("texts", longest: 256) { bytes in
        let text = FuzzInput(bytes).text
        if let time = Timestamp(rfc3339: text) {
            try require(Timestamp(rfc3339: time.rfc3339) == time, "\(text) is \(time.rfc3339)")
            try require(text.utf8.prefix(19).elementsEqual(time.rfc3339.utf8.prefix(19)), "\(text) is \(time.rfc3339)")
        }
        if let offset = Offset(text) { try require(Offset(offset.text) == offset, "\(text) is \(offset.text)") }
        guard let query = try? SearchQuery(text) else { return }
        for word in query.words + query.beginnings {
            try require(!word.isEmpty && !word.utf8.contains(UInt8(ascii: "\"")), "word \(word)")
        }
        // A text has what it is, but that its own quotes are not looked for.
        var matcher = SearchMatcher(query)
        if !text.utf8.contains(UInt8(ascii: "\"")) { try require(matcher.matches(text), "\(text) is not in itself") }
        _ = SearchExcerpt.cut(text, matcher.hits(in: text))
    }
}
