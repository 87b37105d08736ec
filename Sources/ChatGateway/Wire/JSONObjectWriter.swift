import NIOCore
import SocketIO

/// Writes one JSON object member by member: every answer and event of Parley is one. Names are written as they are.
struct JSONObjectWriter {
    private(set) var buffer: ByteBuffer
    private var isEmpty = true

    init(reserving capacity: Int = 256) {
        buffer = ByteBuffer()
        buffer.reserveCapacity(capacity)
        buffer.writeInteger(UInt8(ascii: "{"))
    }

    /// The object, closed.
    consuming func finish() -> ByteBuffer {
        buffer.writeInteger(UInt8(ascii: "}"))
        return buffer
    }

    mutating func name(_ name: StaticString) {
        if !isEmpty { buffer.writeInteger(UInt8(ascii: ",")) }
        isEmpty = false
        buffer.writeInteger(UInt8(ascii: "\""))
        buffer.writeStaticString(name)
        buffer.writeStaticString("\":")
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { buffer.writeJSON(value) } else { buffer.writeStaticString("null") }
    }

    mutating func field(_ name: StaticString, _ value: Int64) {
        self.name(name)
        buffer.writeJSON(value)
    }

    mutating func field(_ name: StaticString, _ value: Int) { field(name, Int64(value)) }

    mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        buffer.writeJSON(value)
    }

    /// A member whose value is JSON text already.
    mutating func field(_ name: StaticString, json value: ByteBuffer) {
        self.name(name)
        buffer.writeImmutableBuffer(value)
    }

    /// The value of the member that ``name(_:)`` began, as JSON text.
    mutating func append(_ json: ByteBuffer) { buffer.writeImmutableBuffer(json) }

    mutating func appendNull() { buffer.writeStaticString("null") }

    /// An array, each element written by `write`.
    mutating func array<Elements: Sequence>(
        _ name: StaticString, _ elements: Elements, _ write: (inout ByteBuffer, Elements.Element) -> Void
    ) {
        self.name(name)
        buffer.writeInteger(UInt8(ascii: "["))
        var first = true
        for element in elements {
            if !first { buffer.writeInteger(UInt8(ascii: ",")) }
            first = false
            write(&buffer, element)
        }
        buffer.writeInteger(UInt8(ascii: "]"))
    }
}
