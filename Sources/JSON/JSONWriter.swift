public import ByteText
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
///
/// What is written of constants (names of members, brackets, literals) can be inlined where it is called: there the
/// compiler knows their bytes, and a member's name is a few stores.
public struct JSONWriter: ~Copyable {
    @usableFromInline var memory: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    /// Bytes written.
    @usableFromInline package var count = 0
    /// A value stands before the next one, in the same object or array.
    @usableFromInline var needsComma = false

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
        // Without a copy of the text, which `withUTF8` would want.
        if text.utf8.withContiguousStorageIfAvailable({ string($0) }) == nil {
            var text = text
            text.withUTF8 { string($0) }
        }
    }

    public mutating func string(_ text: ByteString) { string(text.string) }

    private mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        // The comma and the quotes.
        reserve(text.count + 3)
        let start = memory + count
        start.storeBytes(of: UInt8(ascii: ","), as: UInt8.self)
        var out = needsComma ? start + 1 : start
        out.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        out += 1
        let plain = JSONText.copyPlain(text, into: out)
        out += plain
        if plain < text.count {
            let rest = text[plain...]
            let size = JSONText.escapedSize(rest)
            count = out - memory
            reserve(size + 1)
            out = memory + count
            JSONText.escape(rest, into: out)
            out += size
        }
        out.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        count = out + 1 - memory
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

    @inlinable
    public mutating func bool(_ value: Bool) { if value { literal("true") } else { literal("false") } }

    @inlinable
    public mutating func null() { literal("null") }

    /// A value that is JSON text already.
    public mutating func json(_ text: ByteBuffer) {
        text.withUnsafeReadableBytes { json($0) }
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
    @inlinable
    public mutating func object(_ write: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        write(&self)
        close(UInt8(ascii: "}"))
    }

    /// An array, each element of which `write` writes as one value.
    @inlinable
    public mutating func array<Elements: Sequence>(
        _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        close(UInt8(ascii: "]"))
    }

    // MARK: Members of an object

    /// The name of the next value. It is written as it is: nothing in it may need an escape.
    @inlinable
    @inline(__always)
    public mutating func name(_ name: StaticString) {
        let length = name.utf8CodeUnitCount
        reserve(length + 4)
        let start = memory + count
        start.storeBytes(of: UInt8(ascii: ","), as: UInt8.self)
        let out = needsComma ? start + 1 : start
        out.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        (out + 1).copyMemory(from: name.utf8Start, byteCount: length)
        out.storeBytes(of: UInt8(ascii: "\""), toByteOffset: 1 + length, as: UInt8.self)
        out.storeBytes(of: UInt8(ascii: ":"), toByteOffset: 2 + length, as: UInt8.self)
        count = out + length + 3 - memory
        needsComma = false
    }

    /// As ``name(_:)``, of any text.
    public mutating func name(_ name: String) {
        string(name)
        put(UInt8(ascii: ":"))
        needsComma = false
    }

    @inlinable
    public mutating func field(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    @inlinable
    public mutating func field(_ name: StaticString, _ value: Int64) {
        self.name(name)
        integer(value)
    }

    @inlinable
    public mutating func field(_ name: StaticString, _ value: Int) { field(name, Int64(value)) }

    @inlinable
    public mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    @inlinable
    public mutating func field(_ name: StaticString, json text: ByteBuffer) {
        self.name(name)
        json(text)
    }

    /// A member whose one value `write` writes.
    @inlinable
    public mutating func field(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
        self.name(name)
        write(&self)
    }

    @inlinable
    public mutating func null(_ name: StaticString) {
        self.name(name)
        null()
    }

    @inlinable
    public mutating func object(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
        self.name(name)
        object(write)
    }

    @inlinable
    public mutating func array<Elements: Sequence>(
        _ name: StaticString, _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        self.name(name)
        array(elements, write)
    }

    // MARK: Bytes

    /// Bytes that are no value of their own: what a packet has around its JSON.
    @inlinable
    @inline(__always)
    package mutating func put(_ byte: UInt8) {
        reserve(1)
        (memory + count).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    @inlinable
    @inline(__always)
    package mutating func put(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        (memory + count).copyMemory(from: text.utf8Start, byteCount: length)
        count += length
    }

    package mutating func put(_ text: String) {
        if text.utf8.withContiguousStorageIfAvailable({ put(UnsafeRawBufferPointer($0)) }) == nil {
            var text = text
            text.withUTF8 { put(UnsafeRawBufferPointer($0)) }
        }
    }

    package mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (memory + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    package mutating func put(_ number: Int64) {
        let size = JSONText.longestInteger
        reserve(size)
        count += JSONText.write(number, into: UnsafeMutableRawBufferPointer(start: memory + count, count: size))
    }

    /// A value that is JSON text already.
    package mutating func json(_ text: UnsafeRawBufferPointer) {
        separate()
        put(text)
        needsComma = true
    }

    /// Begins a text of its own behind what was written.
    ///
    /// - Parameter size: bytes in front of it that the caller fills later.
    package mutating func begin(leaving size: Int) {
        reserve(size)
        count += size
        needsComma = false
    }

    /// Moves what was written from a place on by so many bytes, to where there is more room in front of it, or less.
    package mutating func move(from start: Int, by distance: Int) {
        reserve(max(distance, 0))
        let source = memory + start
        (source + distance).copyMemory(from: source, byteCount: count - start)
        count += distance
    }

    /// What was written, to be changed as long as `body` runs.
    package mutating func withMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        body(UnsafeMutableRawBufferPointer(start: memory, count: count))
    }

    @inlinable
    mutating func literal(_ text: StaticString) {
        separate()
        put(text)
        needsComma = true
    }

    @inlinable
    @inline(__always)
    mutating func open(_ bracket: UInt8) {
        separate()
        put(bracket)
        needsComma = false
    }

    @inlinable
    @inline(__always)
    mutating func close(_ bracket: UInt8) {
        put(bracket)
        needsComma = true
    }

    @inlinable
    @inline(__always)
    mutating func separate() {
        if needsComma { put(UInt8(ascii: ",")) }
    }

    /// The next bytes, to be filled by the caller before anything else is written.
    private mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        reserve(size)
        defer { count += size }
        return memory + count
    }

    @inlinable
    @inline(__always)
    mutating func reserve(_ size: Int) {
        if capacity - count < size { grow(by: size) }
    }

    @usableFromInline
    mutating func grow(by size: Int) {
        capacity = max(capacity * 2, count + size)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: memory, byteCount: count)
        memory.deallocate()
        memory = larger
    }
}
