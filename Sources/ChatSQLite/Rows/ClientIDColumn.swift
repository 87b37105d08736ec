import ChatCore
import CSQLite

/// A `clientId` as the file keeps it: 16 bytes where it is a UUID in its usual lower-case form, else the text.
enum ClientIDColumn: SQLBindable, Equatable {
    /// A message without one.
    case null
    case text(String)
    case uuid([UInt8])

    init(_ clientID: String?) {
        guard let clientID else {
            self = .null
            return
        }
        if let bytes = Self.uuidBytes(clientID) { self = .uuid(bytes) } else { self = .text(clientID) }
    }

    /// The column of the current row.
    static func read(_ row: PreparedStatement, _ column: Int32) -> String? {
        if row.isNull(column) { return nil }
        return row.isBlob(column) ? uuidText(row.blob(column)) : row.text(column)
    }

    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .null: sqlite3_bind_null(statement, index)
        case .text(let text): text.bind(to: statement, at: index)
        case .uuid(let bytes): bytes.bind(to: statement, at: index)
        }
    }

    /// Stands for the sender of `system` messages: no user's key.
    static let system: Int64 = 0

    /// `messages.client_key`: FNV-1a over the sender's key and the id, folded to 32 bits. Kept in files: never change
    /// it.
    static func key(sender: Int64, _ clientID: String) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: sender >> Int64(shift))) }
        for byte in clientID.utf8 { mix(byte) }
        return Int64((hash ^ hash >> 32) & 0xFFFF_FFFF)
    }

    private static func uuidBytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count == 36 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        var high: UInt8?
        for (index, character) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    private static func uuidText(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
