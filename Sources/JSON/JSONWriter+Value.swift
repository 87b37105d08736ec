import ByteText
import NIOCore

extension JSONWriter {
    /// Any value. Its binary parts are appended to `attachments` and leave a placeholder (Socket.IO 5).
    public mutating func value(_ value: JSONValue, attachments: inout [ByteBuffer]) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .string(let text): string(text.string)
        case .array(let values):
            array(values) { writer, element in writer.value(element, attachments: &attachments) }
        case .object(let object):
            self.object { writer in
                for member in object.members {
                    writer.name(member.name.string)
                    writer.value(member.value, attachments: &attachments)
                }
            }
        case .binary(let bytes):
            object { placeholder in
                placeholder.field("_placeholder", true)
                placeholder.field("num", attachments.count)
            }
            attachments.append(bytes)
        }
    }
}

extension JSONValue {
    /// The value as JSON text; binary parts become placeholders without their bytes.
    public var text: String {
        var writer = JSONWriter()
        var attachments: [ByteBuffer] = []
        writer.value(self, attachments: &attachments)
        return writer.finishText()
    }
}
