import ByteText
import Foundation
import JSON
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
        #expect(json["a"] == "x")
        #expect(json["b"] == 12)
        #expect(json["c"] == .number(-150))
        #expect(json["d"] == ["x", "y"])
        #expect(json["e"] == .null)
        #expect(json["f"] == ["a": [1, [:]]] && json["g"] == true && json["i"] == [1])
        #expect(json["h"] == [])
        #expect(json["z"] == nil)
    }

    @Test("Escapes make the characters they stand for")
    func escapes() throws {
        let json = try Self.read(#"{"\u0061":"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00ü"}"#)
        #expect(json["a"] == .string("\"\\/\u{8}\u{c}\n\r\tä😀ü"))
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
                #expect(Self.agree(ours[ByteString(name)], value), "\(String(decoding: text, as: UTF8.self))")
            }
        }
        #expect(accepted > 2_000)
    }

    /// The number that a claim is, and the user that an integer names, have to be the same; and so have texts.
    private static func agree(_ ours: JSONValue?, _ theirs: Reference) -> Bool {
        switch theirs {
        case .null: ours == .null
        case .text(let text): ours == .string(text)
        case .texts(let texts): ours == .array(texts.map { .string($0) })
        case .number(let number, let integer):
            switch ours {
            case .integer(let value): Double(value) == number && (integer == value || abs(number) >= 0x1p53)
            case .number(let value): value == number && (ours?.wholeNumber == integer || abs(number) >= 0x1p53)
            default: false
            }
        case .other: ours?.string == nil && ours?.wholeNumber == nil && ours != .null
        }
    }

    /// What Foundation makes of a value.
    private enum Reference: Decodable {
        case null
        case text(ByteString)
        case texts([ByteString])
        case number(Double, integer: Int64?)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let text = try? container.decode(String.self) {
                self = .text(ByteString(text))
            } else if let texts = try? container.decode([String].self) {
                self = .texts(texts.map { ByteString($0) })
            } else if (try? container.decode(Bool.self)) == nil, let number = try? container.decode(Double.self) {
                self = .number(number, integer: (try? container.decode(Int64.self)) ?? Int64(exactly: number))
            } else {
                self = .other
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
