import ByteText
import NIOCore

/// A value of a ``JSONDocument``, where it lies.
package struct JSONView: Sendable {
    private let document: JSONDocument
    private let number: Int

    init(document: JSONDocument, number: Int) {
        self.document = document
        self.number = number
    }

    /// A value that is there as a tree, written and read again; its binary parts are placeholders without their bytes.
    /// `nil` for one that nests too deep.
    package init?(_ value: JSONValue) {
        let text = value.text
        // A text of ours is JSON: only its depth can be too much.
        guard let parsed = try? JSONParser.parse(ByteBuffer(string: text)) else { return nil }
        self = parsed.document.root
    }

    private var place: JSONDocument.Place { document.place(number) }

    package var kind: JSONDocument.Kind { place.kind }
    package var isNull: Bool { place.kind == .null }

    package var bool: Bool? {
        switch place.kind {
        case .no: false
        case .yes: true
        default: nil
        }
    }

    /// A number without fraction or exponent that fits; -0 is none.
    package var integer: Int64? {
        let place = place
        switch place.kind {
        case .integer: return JSONText.integer(document.bytes(of: place))
        case .number where place.isPlain:
            let text = String(decoding: document.bytes(of: place), as: UTF8.self)
            guard let value = Int64(text), value != 0 || text.utf8.first != UInt8(ascii: "-") else { return nil }
            return value
        default: return nil
        }
    }

    /// The text of a string.
    package var string: ByteString? { place.kind == .string ? document.text(of: place) : nil }

    /// How many elements an array has, or members an object; 0 for every other value.
    package var count: Int {
        let place = place
        return place.kind == .array || place.kind == .object ? Int(place.count) : 0
    }

    /// The first element of an array.
    package var first: JSONView? {
        let place = place
        guard place.kind == .array, place.count > 0 else { return nil }
        return JSONView(document: document, number: number + 1)
    }

    /// The second element of an array.
    package var second: JSONView? {
        let place = place
        guard place.kind == .array, place.count > 1 else { return nil }
        return JSONView(document: document, number: Int(document.place(number + 1).next))
    }

    /// The member of an object, the last of that name, as JavaScript has it; `nil` where there is none or this is no
    /// object.
    package subscript(_ name: StaticString) -> JSONView? {
        let object = place
        guard object.kind == .object else { return nil }
        let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        var found: Int?
        var number = number + 1
        while number < object.next {
            if document.text(of: document.place(number), equals: wanted) { found = number + 1 }
            number = Int(document.place(number + 1).next)
        }
        return found.map { JSONView(document: document, number: $0) }
    }

    /// The elements of an array; none of every other value.
    package var elements: some Sequence<JSONView> {
        let end = place.kind == .array ? Int(place.next) : 0
        return sequence(state: number + 1) { [document] number -> JSONView? in
            guard number < end else { return nil }
            defer { number = Int(document.place(number).next) }
            return JSONView(document: document, number: number)
        }
    }

    /// The members of an object; none of every other value.
    package var members: some Sequence<(name: ByteString, value: JSONView)> {
        let end = place.kind == .object ? Int(place.next) : 0
        return sequence(state: number + 1) { [document] number -> (name: ByteString, value: JSONView)? in
            guard number < end else { return nil }
            defer { number = Int(document.place(number + 1).next) }
            return (document.text(of: document.place(number)), JSONView(document: document, number: number + 1))
        }
    }

    /// The name of the member that a place is in, or is the name of.
    func member(around place: Int) -> ByteString? {
        guard self.place.kind == .object, place > number, place < self.place.next else { return nil }
        var name = number + 1
        while Int(document.place(name + 1).next) <= place { name = Int(document.place(name + 1).next) }
        return document.text(of: document.place(name))
    }

    /// The value with all that is in it, as a tree.
    package var value: JSONValue {
        switch place.kind {
        case .null: .null
        case .no: .bool(false)
        case .yes: .bool(true)
        case .integer, .number: integer.map { .integer($0) } ?? .number(document.double(of: place))
        case .string: .string(document.text(of: place))
        case .array: .array(values)
        case .object: .object(object)
        }
    }

    private var values: [JSONValue] {
        var values: [JSONValue] = []
        values.reserveCapacity(count)
        for element in elements { values.append(element.value) }
        return values
    }

    private var object: JSONObject {
        var object = JSONObject()
        object.members.reserveCapacity(count)
        for (name, value) in members { object.members.append(JSONObject.Member(name: name, value: value.value)) }
        return object
    }
}

extension JSONDocument {
    fileprivate func text(of place: Place) -> ByteString {
        place.isPlain ? ByteString(decoding: bytes(of: place)) : JSONText.unescaped(bytes(of: place))
    }

    fileprivate func text(of place: Place, equals wanted: UnsafeRawBufferPointer) -> Bool {
        guard place.isPlain else {
            return JSONText.unescaped(bytes(of: place)).withBytes { $0.elementsEqual(wanted) }
        }
        return Int(place.count) == wanted.count && Bytes.areEqual(bytes(of: place), wanted)
    }

    fileprivate func double(of place: Place) -> Double {
        // The parser took it for a number.
        Double(String(decoding: bytes(of: place), as: UTF8.self)) ?? .nan
    }
}
