import ByteText
import JSON
import NIOCore

@testable import ChatTokens

extension FuzzTarget {
    /// Our parser beside Foundation's: see ``JSONDifference`` for where they may differ.
    static let jsonDifferential = FuzzTarget("json-differential", longest: 256) { bytes in
        try JSONDifference.check(bytes)
    }

    /// The bodies of the admin endpoint: read strictly.
    static let adminJSON = FuzzTarget("admin-json") { bytes in
        guard let value = try? JSONParser.parse(bytes, .strict()).value else { return }
        let lenient = try? JSONParser.parse(bytes, JSONParser.Options()).value
        try require(lenient == value, "strictly it is \(value), otherwise \(lenient as Any)")
        let text = value.text
        guard let again = try? JSONParser.parse(ByteBuffer(string: text), .strict()).value else {
            throw Broken("what was written is no JSON: \(text)")
        }
        try require(again.text.utf8.elementsEqual(text.utf8), "\(text) was written again as \(again.text)")
    }

    /// The parts of a token: whatever is taken there is JSON to every reader.
    static let tokenJSON = FuzzTarget("token-json") { bytes in
        guard let json = try? TokenJSON(Array(bytes)) else { return }
        guard case .object(let object)? = try? JSONParser.parse(bytes.buffer).value else {
            throw Broken("taken in a token, and no JSON object to the lenient reader")
        }
        for member in object.members {
            try require(json[member.name] == member.value, "\(member) became \(json[member.name] as Any)")
        }
        _ = try? TokenClaims(json, userClaim: "user")
        _ = try? TokenHeader(json)
    }
}
