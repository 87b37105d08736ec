import ByteText
import JSON
import NIOCore

/// Fields of other programs' objects. A field of another kind counts as one that is not there; a number may stand where
/// an identifier is wanted.
extension JSONValue {
    /// The value of a text; `nil` for what is no JSON, or nested deeper than the parser goes.
    static func ofForeign(_ text: ByteBuffer) -> JSONValue? {
        do {
            return try JSONValue(parsing: text)
        } catch {
            return nil
        }
    }

    /// A text that is not empty.
    func text(_ name: ByteString) -> ByteString? {
        guard let value = self[name]?.string, !value.isEmpty else { return nil }
        return value
    }

    /// A text, or a number as one: programs write ids both ways.
    func identifier(_ name: ByteString) -> ByteString? {
        if let text = text(name) { return text }
        return self[name]?.integer.map { ByteString(String($0)) }
    }

    func flag(_ name: ByteString) -> Bool { self[name]?.bool ?? false }

    func integer(_ name: ByteString) -> Int64? { self[name]?.wholeNumber }

    func list(_ name: ByteString) -> [JSONValue] { self[name]?.array ?? [] }

    func texts(_ name: ByteString) -> [ByteString] { list(name).compactMap(\.string) }
}
