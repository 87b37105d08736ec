import ChatCore
import NIOCore
import SocketIO

/// Writes one JSON object member by member: every answer and event of Parley is one. Names are written as they are.
/// Objects in objects are written in place: there is one buffer.
struct JSONObjectWriter {
    private var buffer: ByteBuffer
    private var isEmpty = true

    init(reserving capacity: Int = 256) {
        buffer = ByteBuffer()
        buffer.reserveCapacity(capacity)
        buffer.writeInteger(UInt8(ascii: "{"))
    }

    /// Its buffer is still to be given to it.
    fileprivate init(without buffer: ByteBuffer) { self.buffer = buffer }

    /// Gives and takes the buffer without a second reference to its bytes at any moment: with two, each write would
    /// copy all that was written before, and a large answer would cost the square of its size.
    fileprivate mutating func exchange(_ other: inout ByteBuffer) { swap(&buffer, &other) }

    /// The object, closed.
    consuming func finish() -> ByteBuffer {
        buffer.writeInteger(UInt8(ascii: "}"))
        return buffer
    }

    private mutating func name(_ name: StaticString) {
        let start = isEmpty ? 0 : 1
        let count = name.utf8CodeUnitCount
        let size = count + 3 + start
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { target in
            if start == 1 { target[0] = UInt8(ascii: ",") }
            target[start] = UInt8(ascii: "\"")
            UnsafeMutableRawBufferPointer(rebasing: target[(start + 1)...])
                .copyMemory(from: UnsafeRawBufferPointer(start: name.utf8Start, count: count))
            target[start + 1 + count] = UInt8(ascii: "\"")
            target[start + 2 + count] = UInt8(ascii: ":")
            return size
        }
        isEmpty = false
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

    /// A time as RFC 3339 has it.
    mutating func field(_ name: StaticString, _ value: Timestamp?) {
        self.name(name)
        guard let value else {
            buffer.writeStaticString("null")
            return
        }
        buffer.writeInteger(UInt8(ascii: "\""))
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Timestamp.rfc3339Size) { target in
            value.writeRFC3339(into: target)
            return Timestamp.rfc3339Size
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    /// A member whose value is JSON text already.
    mutating func field(_ name: StaticString, json value: ByteBuffer) {
        self.name(name)
        buffer.writeImmutableBuffer(value)
    }

    mutating func null(_ name: StaticString) {
        self.name(name)
        buffer.writeStaticString("null")
    }

    /// An object, its members written by `write`.
    mutating func object(_ name: StaticString, _ write: (inout JSONObjectWriter) -> Void) {
        self.name(name)
        buffer.writeInteger(UInt8(ascii: "{"))
        isEmpty = true
        write(&self)
        buffer.writeInteger(UInt8(ascii: "}"))
        isEmpty = false
    }

    /// A value that `write` puts at the end of the buffer it is given.
    mutating func field(_ name: StaticString, _ write: (inout ByteBuffer) -> Void) {
        self.name(name)
        write(&buffer)
    }

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

extension ByteBuffer {
    /// Appends an object, its members written by `write`.
    mutating func writeObject(_ write: (inout JSONObjectWriter) -> Void) {
        writeInteger(UInt8(ascii: "{"))
        var object = JSONObjectWriter(without: ByteBuffer())
        object.exchange(&self)
        write(&object)
        object.exchange(&self)
        writeInteger(UInt8(ascii: "}"))
    }
}
