import ByteText

/// One JSON text that was checked, and where in it its values lie. Nothing is made of a value before it is asked for:
/// who wants three fields of an object pays for three fields, and for no tree.
///
/// One piece of memory, which is the document's own:
///
///     <the text's bytes> <padding to 4> <a Place for each value and each member's name, in the order of the text>
///
/// An array or object is followed by what is in it, a member's name by its value; `next` leads past all of that.
package final class JSONDocument: @unchecked Sendable {
    // @unchecked because the memory is written before there is a document, and not afterwards.

    package enum Kind: UInt8, Sendable {
        case null, no, yes, integer, number, string, array, object
    }

    struct Place {
        let kind: Kind
        /// Of a string: without escapes. Of a number: without fraction and exponent.
        let isPlain: Bool
        /// Of a string: where it begins, behind the quote. Of a number: where it begins.
        var start: UInt32
        /// Of a string or number: its bytes. Of an array: its elements; of an object: its members.
        var count: UInt32
        /// The number of the place behind all of it.
        var next: UInt32
    }

    /// Bytes of the longest text that there is a document of.
    static let longestText = Int(Int32.max)

    private let memory: UnsafeMutableRawPointer
    private let places: UnsafePointer<Place>

    /// - Parameters:
    ///   - memory: as said above, of `allocate`; the document's from now on.
    ///   - offset: where the places begin.
    init(memory: UnsafeMutableRawPointer, placesAt offset: Int) {
        self.memory = memory
        places = UnsafePointer((memory + offset).assumingMemoryBound(to: Place.self))
    }

    deinit { memory.deallocate() }

    func place(_ number: Int) -> Place { places[number] }

    /// The bytes of a string as they stand between its quotes, or of a number.
    func bytes(of place: Place) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory + Int(place.start), count: Int(place.count))
    }

    /// The one value of the text.
    package var root: JSONView { JSONView(document: self, number: 0) }
}

/// The places of a text, as they are found, behind a copy of its bytes: what a ``JSONDocument`` is made of.
struct JSONPlaces: ~Copyable {
    private var memory: UnsafeMutableRawPointer
    private var places: UnsafeMutablePointer<JSONDocument.Place>
    private var capacity: Int
    private let offset: Int
    private(set) var count = 0

    init(of text: UnsafeRawBufferPointer) {
        offset = (text.count + 3) & ~3
        // What a chat sends has a dozen; a text that is longer has about one for 16 bytes.
        capacity = 16 + text.count / 64
        memory = .allocate(byteCount: offset + capacity * MemoryLayout<JSONDocument.Place>.stride, alignment: 16)
        if let bytes = text.baseAddress { memory.copyMemory(from: bytes, byteCount: text.count) }
        places = (memory + offset).assumingMemoryBound(to: JSONDocument.Place.self)
    }

    deinit { memory.deallocate() }

    /// A value that is whole.
    mutating func append(_ kind: JSONDocument.Kind, start: Int = 0, count length: Int = 0, isPlain: Bool = true) {
        if count == capacity { grow() }
        places[count] = JSONDocument.Place(
            kind: kind, isPlain: isPlain, start: UInt32(truncatingIfNeeded: start),
            count: UInt32(truncatingIfNeeded: length), next: UInt32(truncatingIfNeeded: count + 1))
        count += 1
    }

    /// An array or object that begins.
    ///
    /// - Returns: its number, for ``close(_:count:)``.
    mutating func open(_ kind: JSONDocument.Kind) -> Int {
        append(kind)
        return count - 1
    }

    /// What was opened ends, with so many elements or members.
    mutating func close(_ number: Int, count length: Int) {
        places[number].count = UInt32(truncatingIfNeeded: length)
        places[number].next = UInt32(truncatingIfNeeded: count)
    }

    /// Drops the last ones.
    mutating func removeAll(from number: Int) { count = number }

    consuming func finish() -> JSONDocument {
        let document = JSONDocument(memory: memory, placesAt: offset)
        discard self
        return document
    }

    private mutating func grow() {
        let stride = MemoryLayout<JSONDocument.Place>.stride
        let larger = UnsafeMutableRawPointer.allocate(byteCount: offset + capacity * 2 * stride, alignment: 16)
        larger.copyMemory(from: memory, byteCount: offset + capacity * stride)
        memory.deallocate()
        memory = larger
        capacity *= 2
        places = (memory + offset).assumingMemoryBound(to: JSONDocument.Place.self)
    }
}
