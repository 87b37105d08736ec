import ByteText

/// Discord's marks for mentions, channels and custom emoji as people read them. What else stands in angle brackets
/// stays: nothing is escaped in Discord's texts.
struct DiscordText {
    let user: (ByteString) -> ByteString?

    func plain(_ text: ByteString) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while let open = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            result += bytes[position..<open]
            position = open + 1
            // The longest mark has a name of 32 and an id of 20.
            let window = bytes[position..<min(bytes.count, position + 80)]
            guard let end = window.firstIndex(of: UInt8(ascii: ">")), let shown = shown(bytes[position..<end]) else {
                result.append(UInt8(ascii: "<"))
                continue
            }
            result += shown.utf8
            position = end + 1
        }
        return String(decoding: result + bytes[position...], as: UTF8.self)
    }

    private func shown(_ inside: ArraySlice<UInt8>) -> String? {
        let rest = inside.dropFirst()
        switch inside.first {
        case UInt8(ascii: "@"):
            let marks = [UInt8(ascii: "!"), UInt8(ascii: "&")]
            let id = rest.first.map { marks.contains($0) } == true ? rest.dropFirst() : rest
            guard Self.isNumber(id) else { return nil }
            return "@" + (user(ByteString(decoding: id)) ?? ByteString(decoding: id)).string
        case UInt8(ascii: "#"): return Self.isNumber(rest) ? "#" + String(decoding: rest, as: UTF8.self) : nil
        case UInt8(ascii: ":"), UInt8(ascii: "a"):
            let parts = inside.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].isEmpty || parts[0].elementsEqual("a".utf8), Self.isNumber(parts[2])
            else { return nil }
            return ":" + String(decoding: parts[1], as: UTF8.self) + ":"
        default: return nil
        }
    }

    private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...20).contains(bytes.count) && bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
