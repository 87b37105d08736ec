import ByteText
import ChatCore

/// Ids of users and chats, made of what another program calls them: the same at each import.
enum ForeignID {
    static func user(_ name: ByteString) -> UserID { UserID(allowed(name)) }

    static func chat(_ name: ByteString) -> ChatID { ChatID(allowed(name)) }

    /// The name itself where it may be an id; else a digest of it (FNV-1a, of 128 bits: two of 64).
    private static func allowed(_ name: ByteString) -> ByteString {
        if IdentifierRule.allows(name) { return name }
        func digest(_ start: UInt64) -> String {
            let hash = name.withBytes { bytes in
                bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return ByteString("x-" + digest(0xCBF2_9CE4_8422_2325) + digest(0x8422_2325_CBF2_9CE4))
    }
}
