import ByteText
import Foundation
import Testing

@testable import ChatTokens

@Suite("The JSON of tokens")
struct TokenJSONTests {
    private static func read(_ text: String) throws -> TokenJSON { try TokenJSON(Array(text.utf8)) }

    @Test("Members are read with their types")
    func types() throws {
        let json = try Self.read(
            #" { "a" : "x", "b":12, "c":-1.5e2 ,"d":["x","y"], "e":null, "f":{"a":[1,{}]}, "g":true, "h":[], "i":[1] }"#
        )
        #expect(json["a"] == .text("x"))
        #expect(json["b"] == .number(12, integer: 12))
        #expect(json["c"] == .number(-150, integer: -150))
        #expect(json["d"] == .texts(["x", "y"]))
        #expect(json["e"] == .null)
        #expect(json["f"] == .other && json["g"] == .other && json["i"] == .other)
        #expect(json["h"] == .texts([]))
        #expect(json["z"] == nil)
    }

    @Test("Escapes make the characters they stand for")
    func escapes() throws {
        let json = try Self.read(#"{"\u0061":"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00ü"}"#)
        #expect(json["a"] == .text("\"\\/\u{8}\u{c}\n\r\tä😀ü"))
    }

    @Test(
        "What is no JSON object, or could be read in two ways, is refused",
        arguments: [
            "", "{", "}", "[]", "1", "null", "{}x", "{} {}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,}"#, #"{a:1}"#,
            #"{"a":01}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":+1}"#, #"{"a":1e}"#, #"{"a":1e999}"#, #"{"a":NaN}"#,
            #"{"a":tru}"#, #"{"a":"x}"#, #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\ude00\ud83d"}"#,
            "{\"a\":\"\n\"}", #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"a":[1 2]}"#, #"{"a":[1,]}"#,
        ])
    func refused(text: String) {
        #expect(throws: TokenJSON.Malformed.self) { try Self.read(text) }
    }

    @Test("Invalid UTF-8 is refused, not repaired")
    func utf8() {
        #expect(throws: TokenJSON.Malformed.self) {
            try TokenJSON(Array(#"{"a":""#.utf8) + [0xC3] + Array(#""}"#.utf8))
        }
    }

    @Test("Neither depth nor number of members is without bound")
    func bounds() throws {
        func nested(_ depth: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        _ = try Self.read(nested(TokenJSON.maximumDepth - 2))
        #expect(throws: TokenJSON.Malformed.self) { try Self.read(nested(TokenJSON.maximumDepth)) }
        func wide(_ count: Int) -> String {
            "{" + (0..<count).map { #""\#($0)":1"# }.joined(separator: ",") + "}"
        }
        _ = try Self.read(wide(TokenJSON.maximumMembers))
        #expect(throws: TokenJSON.Malformed.self) { try Self.read(wide(TokenJSON.maximumMembers + 1)) }
    }

    @Test("Whatever it accepts Foundation accepts as well, with the same values")
    func againstFoundation() throws {
        var generator = SplitMix(state: 7)
        let seeds = [
            #"{"sub":"user-1","name":"Ann","iat":1700000000,"exp":1.7e9,"aud":["a","b"],"x":{"y":[1,null,true]}}"#,
            #"{"a":"\u00e4\ud83d\ude00\n","b":-0.25,"c":[],"d":"","e":9223372036854775807,"f":1e-7}"#,
        ].map { Array($0.utf8) }
        let alphabet = Array(#"{}[]":,\u0019eE+-.truefalsn ä"#.utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            var text = seeds[Int(generator.next() % UInt64(seeds.count))]
            for _ in 0..<(generator.next() % 4) {
                let place = Int(generator.next() % UInt64(text.count))
                let byte = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                switch generator.next() % 3 {
                case 0: text[place] = byte
                case 1: text.insert(byte, at: place)
                default: text.remove(at: place)
                }
            }
            guard let ours = try? TokenJSON(text) else { continue }
            accepted += 1
            let theirs = try JSONDecoder().decode([String: Reference].self, from: Data(text))
            for (name, value) in theirs {
                #expect(Self.agree(ours[ByteString(name)], value.value), "\(String(decoding: text, as: UTF8.self))")
            }
        }
        #expect(accepted > 2_000)
    }

    /// Where a fraction may have been rounded away, the numbers have to be the same, and not what integer that is.
    private static func agree(_ ours: TokenJSON.Value?, _ theirs: TokenJSON.Value) -> Bool {
        if case .number(let left, _)? = ours, case .number(let right, _) = theirs, abs(left) >= 0x1p53 {
            return left == right
        }
        return ours == theirs
    }

    /// What Foundation makes of a value.
    private struct Reference: Decodable {
        let value: TokenJSON.Value

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                value = .null
            } else if let text = try? container.decode(String.self) {
                value = .text(ByteString(text))
            } else if let texts = try? container.decode([String].self) {
                value = .texts(texts.map { ByteString($0) })
            } else if (try? container.decode(Bool.self)) == nil, let number = try? container.decode(Double.self) {
                value = .number(number, integer: (try? container.decode(Int64.self)) ?? Int64(exactly: number))
            } else {
                value = .other
            }
        }
    }

    /// Random numbers that are the same in each run.
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
