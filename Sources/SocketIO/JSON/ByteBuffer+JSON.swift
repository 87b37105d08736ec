import NIOCore

/// Writes JSON text (RFC 8259) into buffers: the least escaping that is right, no space.
extension ByteBuffer {
    /// A string in quotes, escaped.
    public mutating func writeJSON(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            let size = JSONText.quotedSize(bytes)
            writeWithUnsafeMutableBytes(minimumWritableBytes: size) { target in
                JSONText.quote(bytes, into: UnsafeMutableRawBufferPointer(rebasing: target[..<size]))
                return size
            }
        }
    }

    /// An integer in decimal.
    public mutating func writeJSON(_ value: Int64) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: JSONText.longestInteger) { target in
            JSONText.write(value, into: target)
        }
    }

    public mutating func writeJSON(_ value: Bool) {
        if value { writeStaticString("true") } else { writeStaticString("false") }
    }

    /// Any value. Its binary parts are appended to `attachments` and leave a placeholder (Socket.IO 5).
    public mutating func writeJSON(_ value: JSONValue, attachments: inout [ByteBuffer]) {
        switch value {
        case .null: writeStaticString("null")
        case .bool(let value): writeJSON(value)
        case .integer(let value): writeJSON(value)
        case .number(let value): writeString(Self.shortest(value))
        case .string(let text): writeJSON(text)
        case .array(let values):
            writeInteger(UInt8(ascii: "["))
            for (index, element) in values.enumerated() {
                if index > 0 { writeInteger(UInt8(ascii: ",")) }
                writeJSON(element, attachments: &attachments)
            }
            writeInteger(UInt8(ascii: "]"))
        case .object(let object):
            writeInteger(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { writeInteger(UInt8(ascii: ",")) }
                writeJSON(member.name)
                writeInteger(UInt8(ascii: ":"))
                writeJSON(member.value, attachments: &attachments)
            }
            writeInteger(UInt8(ascii: "}"))
        case .binary(let bytes):
            writeStaticString("{\"_placeholder\":true,\"num\":")
            writeJSON(Int64(attachments.count))
            writeInteger(UInt8(ascii: "}"))
            attachments.append(bytes)
        }
    }

    /// A finite number as JavaScript would print it; what JSON cannot say becomes `null`.
    private static func shortest(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}

extension JSONValue {
    /// The value as JSON text; binary parts become placeholders without their bytes.
    public var text: String {
        var buffer = ByteBuffer()
        var attachments: [ByteBuffer] = []
        buffer.writeJSON(self, attachments: &attachments)
        return String(buffer: buffer)
    }
}
