import ByteText
import Foundation
import NIOCore

@testable import ChatHTTP
@testable import ChatTokens
@testable import SocketIO

extension FuzzTarget {
    /// Our parser beside Foundation's: see ``JSONDifference`` for where they may differ.
    static let jsonDifferential = FuzzTarget("json-differential", longest: 256) { bytes in
        try JSONDifference.check(bytes)
    }

    /// The bodies of the admin endpoint.
    static let adminJSON = FuzzTarget("admin-json") { bytes in
        guard let value = try? ChatHTTP.JSON.parse(bytes) else { return }
        let text = value.text
        guard let again = try? ChatHTTP.JSON.parse(Array(text.utf8)) else {
            throw Broken("what was written is no JSON: \(text)")
        }
        try require(again.text.utf8.elementsEqual(text.utf8), "\(text) was written again as \(again.text)")
    }

    /// The parts of a token: whatever is taken here, the general parser takes too.
    static let tokenJSON = FuzzTarget("token-json") { bytes in
        guard let json = try? TokenJSON(Array(bytes)) else { return }
        guard case .object(let object)? = try? JSONParser.parse(bytes.buffer) else {
            throw Broken("taken in a token, and no JSON object to the general parser")
        }
        for member in object.members {
            let value = json[member.name]
            try require(value != nil, "\(member.name) is missing")
            if case .text(let text)? = value { try require(member.value == .string(text), "\(member) became \(text)") }
        }
        _ = try? TokenClaims(json, userClaim: "user")
        _ = try? TokenHeader(json)
    }
}
