public import NIOCore

/// Writes one JSON text (RFC 8259) value by value, with commas where they belong: no space, the least escaping that is
/// right. What is in an object or an array is written in place, into one piece of memory that nobody else has, so that
/// a value costs its bytes and not the upkeep of a shared buffer.
///
///     var writer = JSONWriter()
///     writer.object { object in
///         object.field("seq", 1)
///         object.array("tags", ["a", "b"]) { $0.string($1) }
///     }
///     let text = writer.finish()   // {"seq":1,"tags":["a","b"]}
public struct JSONWriter: ~Copyable {
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0
    /// A value stands before the next one, in the same object or array.
    private var needsComma = false

    /// - Parameter capacity: bytes for which there is room at first; it grows as needed.
    public init(reserving capacity: Int = 256) {
        self.capacity = max(capacity, 64)
        memory = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    /// What was written.
    public consuming func finish() -> ByteBuffer {
        ByteBuffer(bytes: UnsafeRawBufferPointer(start: memory, count: count))
    }

    /// What was written, as text.
    public consuming func finishText() -> String {
        String(decoding: UnsafeRawBufferPointer(start: memory, count: count), as: UTF8.self)
    }

    /// What was written so far, as long as `body` runs.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: memory, count: count))
    }

    // MARK: Values

    public mutating func string(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { bytes in
            let size = JSONText.quotedSize(bytes)
            JSONText.quote(bytes, into: UnsafeMutableRawBufferPointer(start: take(size), count: size))
        }
        needsComma = true
    }

    public mutating func integer(_ value: Int64) {
        separate()
        put(value)
        needsComma = true
    }

    /// A number as JavaScript would print it; what JSON cannot say (NaN, infinities) becomes `null`.
    public mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        if value == value.rounded(), abs(value) < 1e15 { return integer(Int64(value)) }
        separate()
        put("\(value)")
        needsComma = true
    }

    public mutating func bool(_ value: Bool) { if value { literal("true") } else { literal("false") } }

    public mutating func null() { literal("null") }

    /// A value that is JSON text already.
    public mutating func json(_ text: ByteBuffer) {
        separate()
        put(text)
        needsComma = true
    }

    /// A string of exactly `size` bytes, none of which needs an escape, put there by `write`.
    public mutating func plainString(size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        separate()
        let start = take(size + 2)
        start.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        write(UnsafeMutableRawBufferPointer(start: start + 1, count: size))
        start.storeBytes(of: UInt8(ascii: "\""), toByteOffset: size + 1, as: UInt8.self)
        needsComma = true
    }

    /// An object whose members `write` writes.
    public mutating func object(_ write: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        write(&self)
        close(UInt8(ascii: "}"))
    }

    /// An array, each element of which `write` writes as one value.
    public mutating func array<Elements: Sequence>(
        _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        close(UInt8(ascii: "]"))
    }

    // MARK: Members of an object

    /// The name of the next value. It is written as it is: nothing in it may need an escape.
    public mutating func name(_ name: StaticString) {
        let comma = needsComma ? 1 : 0
        let length = name.utf8CodeUnitCount
        let start = take(comma + length + 3)
        if comma == 1 { start.storeBytes(of: UInt8(ascii: ","), as: UInt8.self) }
        start.storeBytes(of: UInt8(ascii: "\""), toByteOffset: comma, as: UInt8.self)
        (start + comma + 1).copyMemory(from: name.utf8Start, byteCount: length)
        start.storeBytes(of: UInt8(ascii: "\""), toByteOffset: comma + 1 + length, as: UInt8.self)
        start.storeBytes(of: UInt8(ascii: ":"), toByteOffset: comma + 2 + length, as: UInt8.self)
        needsComma = false
    }

    /// As ``name(_:)``, of any text.
    public mutating func name(_ name: String) {
        string(name)
        take(1).storeBytes(of: UInt8(ascii: ":"), as: UInt8.self)
        needsComma = false
    }

    public mutating func field(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    public mutating func field(_ name: StaticString, _ value: Int64) {
        self.name(name)
        integer(value)
    }

    public mutating func field(_ name: StaticString, _ value: Int) { field(name, Int64(value)) }

    public mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    public mutating func field(_ name: StaticString, json text: ByteBuffer) {
        self.name(name)
        json(text)
    }

    /// A member whose one value `write` writes.
    public mutating func field(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
        self.name(name)
        write(&self)
    }

    public mutating func null(_ name: StaticString) {
        self.name(name)
        null()
    }

    public mutating func object(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
        self.name(name)
        object(write)
    }

    public mutating func array<Elements: Sequence>(
        _ name: StaticString, _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        self.name(name)
        array(elements, write)
    }

    // MARK: Bytes

    /// Bytes that are no value of their own: what a packet has around its JSON.
    package mutating func put(_ byte: UInt8) { take(1).storeBytes(of: byte, as: UInt8.self) }

    package mutating func put(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        take(length).copyMemory(from: text.utf8Start, byteCount: length)
    }

    package mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            if let source = bytes.baseAddress { take(bytes.count).copyMemory(from: source, byteCount: bytes.count) }
        }
    }

    package mutating func put(_ number: Int64) {
        let size = JSONText.longestInteger
        reserve(size)
        count += JSONText.write(number, into: UnsafeMutableRawBufferPointer(start: memory + count, count: size))
    }

    private mutating func put(_ text: ByteBuffer) {
        text.withUnsafeReadableBytes { bytes in
            if let source = bytes.baseAddress { take(bytes.count).copyMemory(from: source, byteCount: bytes.count) }
        }
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        put(text)
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        take(1).storeBytes(of: bracket, as: UInt8.self)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        take(1).storeBytes(of: bracket, as: UInt8.self)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { take(1).storeBytes(of: UInt8(ascii: ","), as: UInt8.self) }
    }

    /// The next bytes, to be filled by the caller before anything else is written.
    private mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        reserve(size)
        defer { count += size }
        return memory + count
    }

    private mutating func reserve(_ size: Int) {
        if capacity - count < size { grow(by: size) }
    }

    private mutating func grow(by size: Int) {
        capacity = max(capacity * 2, count + size)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: memory, byteCount: count)
        memory.deallocate()
        memory = larger
    }
}
