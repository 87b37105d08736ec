import ByteText

/// Slack's markup as people read it. `<`, `>` and `&` stand in a text as entities only; what is in angle brackets is a
/// mention, a channel, a command or a link, with what is shown of it behind a bar.
struct SlackText {
    /// By id: what a user or a channel is called.
    let user: (ByteString) -> ByteString?
    let channel: (ByteString) -> ByteString?

    func plain(_ text: ByteString) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) else {
            return text.string
        }
        let bytes = Array(text.utf8)
        var result = ""
        var position = 0
        while let open = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            result += Self.decoded(bytes[position..<open])
            // One that is not closed before the next is none.
            let end = bytes[(open + 1)...].firstIndex { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "<") }
            guard let end, bytes[end] == UInt8(ascii: ">") else {
                result += "<"
                position = open + 1
                continue
            }
            result += shown(bytes[(open + 1)..<end])
            position = end + 1
        }
        return result + Self.decoded(bytes[position...])
    }

    private func shown(_ inside: ArraySlice<UInt8>) -> String {
        let bar = inside.firstIndex(of: UInt8(ascii: "|"))
        let target = inside[..<(bar ?? inside.endIndex)]
        let label = bar.map { Self.decoded(inside[($0 + 1)...]) }.flatMap { $0.utf8.isEmpty ? nil : $0 }
        let id = ByteString(decoding: target.dropFirst())
        switch target.first {
        case UInt8(ascii: "@"): return "@" + (user(id)?.string ?? label ?? id.string)
        case UInt8(ascii: "#"): return "#" + (channel(id)?.string ?? label ?? id.string)
        case UInt8(ascii: "!"):
            for command: ByteString in ["here", "channel", "everyone"] where id == command {
                return "@" + command.string
            }
            return label ?? Self.decoded(target)
        default: return Self.link(Self.decoded(target), label)
        }
    }

    /// The address alone, where what is shown is the address, as somebody wrote it.
    private static func link(_ address: String, _ label: String?) -> String {
        for scheme: ByteString in ["mailto:", "tel:"] where ByteString(address).startsIgnoringCase(with: scheme) {
            let rest = ByteString(decoding: address.utf8.dropFirst(scheme.count))
            guard let label, ByteString(label) != rest else { return label ?? rest.string }
            return "\(label) (\(rest))"
        }
        guard let label else { return address }
        let forms = ["", "http://", "https://"].flatMap { [ByteString($0 + label), ByteString($0 + label + "/")] }
        return forms.contains(ByteString(address)) ? label : "\(label) (\(address))"
    }

    /// Slack knows three entities.
    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
        let entities: [(ByteString, UInt8)] = [
            ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")), ("&amp;", UInt8(ascii: "&")),
        ]
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let rest = bytes[position...]
            if bytes[position] == UInt8(ascii: "&"),
                let (name, byte) = entities.first(where: { rest.starts(with: $0.0.utf8) })
            {
                result.append(byte)
                position += name.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
