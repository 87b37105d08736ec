import ByteText
import Foundation
import JSON
import NIOCore
import Testing

@testable import SocketIO

/// Between Swift values and event arguments.
@Suite("Values as event arguments")
struct ValueCodingTests {
    private struct Everything: Codable, Equatable {
        struct Inner: Codable, Equatable {
            var flag: Bool
            var list: [Int8]
        }

        enum Kind: String, Codable { case one, two }
        enum Shape: Codable, Equatable {
            case point
            case circle(radius: Double)
        }

        var text = "é\u{1F600}"
        var small: UInt8 = 255
        var large: UInt64 = 1 << 60
        var double = 2.5
        var float: Float = 0.1
        var none: String?
        var some: Int? = 7
        var inner = Inner(flag: true, list: [-1, 2])
        var byName = ["a": 1, "b": 2]
        var byNumber = [1: "x"]
        var kind = Kind.two
        var shapes: [Shape] = [.point, .circle(radius: 1.5)]
        var date = Date(timeIntervalSinceReferenceDate: 1000.5)
        var id = UUID()
        var url = URL(string: "https://example.org/?a=b")
        var price = Decimal(string: "12.34")
        var bytes = Data([1, 2, 3])
        var pieces: [Data] = [Data([4]), Data()]
    }

    private class Animal: Codable {
        var name = "x"
    }

    private final class Dog: Animal {
        private enum Key: CodingKey { case breed }
        var breed = "y"

        override init() { super.init() }

        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            breed = try container.decode(String.self, forKey: .breed)
            try super.init(from: container.superDecoder())
        }

        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(breed, forKey: .breed)
            try super.encode(to: container.superEncoder())
        }
    }

    @Test("A value of everything comes back as it was")
    func roundTrip() throws {
        let value = Everything()
        let made = try ValueEncoder.encode(value)
        #expect(try ValueDecoder.decode(made, as: Everything.self) == value)
        let dog = Dog()
        (dog.name, dog.breed) = ("rex", "pug")
        let encoded = try ValueEncoder.encode(dog)
        #expect(encoded["super"]?["name"] == "rex")
        #expect(try ValueDecoder.decode(encoded, as: Dog.self).name == "rex")
    }

    @Test("Except for bytes it is what JSONEncoder makes of it, and JSONDecoder reads")
    func asFoundation() throws {
        var value = Everything()
        (value.bytes, value.pieces) = (Data(), [])
        var made = try ValueEncoder.encode(value)
        guard case .object(var object) = made else {
            Issue.record("no object")
            return
        }
        #expect(object["bytes"] == .binary(ByteBuffer()))
        object["bytes"] = ""
        made = .object(object)
        #expect(try JSONDecoder().decode(Everything.self, from: Data(made.text.utf8)) == value)
        let reference = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? NSDictionary
        #expect(try JSONSerialization.jsonObject(with: Data(made.text.utf8)) as? NSDictionary == reference)
    }

    @Test("Bytes are attachments, wherever they stand")
    func binary() throws {
        let bytes = ByteBuffer(bytes: [1, 2, 3])
        #expect(try EventArgument.encode(Data([1, 2, 3])) == .binary(bytes))
        #expect(try EventArgument.encode(bytes) == .binary(bytes))
        #expect(try EventArgument.encode(["a": [Data([1, 2, 3])]])["a"] == .array([.binary(bytes)]))
        #expect(try EventArgument.encode(Data?.some(Data([1, 2, 3]))) == .binary(bytes))
        #expect(try EventArgument.encode(Data?.none) == .null)
        #expect(try EventArgument.decode(.binary(bytes), as: Data.self) == Data([1, 2, 3]))
        #expect(try EventArgument.decode(.binary(bytes), as: ByteBuffer.self) == bytes)
        #expect(try EventArgument.decode("AQID", as: Data.self) == Data([1, 2, 3]))
        #expect(throws: DecodingError.self) { try EventArgument.decode("?", as: Data.self) }
        #expect(throws: DecodingError.self) { try EventArgument.decode(.binary(bytes), as: String.self) }
    }

    @Test("Numbers that do not fit are refused, not cut")
    func numbers() throws {
        #expect(try EventArgument.decode(5.0, as: Int.self) == 5)
        #expect(try EventArgument.decode(5, as: Double.self) == 5)
        for number in [256, -1, 1.5] as [JSONValue] {
            #expect(throws: DecodingError.self) { try EventArgument.decode(number, as: UInt8.self) }
        }
        #expect(throws: EncodingError.self) { try EventArgument.encode(Double.nan) }
        #expect(throws: EncodingError.self) { try EventArgument.encode([Float.infinity]) }
    }

    @Test("An error says where it is")
    func places() throws {
        let error = #expect(throws: DecodingError.self) {
            try EventArgument.decode(["inner": ["flag": true, "list": [1, "x"]]], as: [String: Everything.Inner].self)
        }
        guard case .typeMismatch(_, let context)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["inner", "list", "1"])
    }
}
