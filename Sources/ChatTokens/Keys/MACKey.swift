import Crypto

/// HMAC-SHA256 (RFC 2104) under one secret. The secret is worked in once, so that a code costs two short hashes: each
/// connect needs two codes.
struct MACKey: Sendable {
    private let prepared: HMAC<SHA256>

    /// - Parameter secret: its UTF-8 bytes are the key.
    init(_ secret: SigningSecret) {
        prepared = HMAC(key: SymmetricKey(data: Array(secret.text.utf8)))
    }

    /// The code of a message: 32 bytes.
    func code(of message: some Sequence<UInt8>) -> [UInt8] {
        var mac = prepared
        let isContiguous: Void? = message.withContiguousStorageIfAvailable { bytes in
            mac.update(data: UnsafeRawBufferPointer(bytes))
        }
        if isContiguous == nil { mac.update(data: Array(message)) }
        return mac.finalize().withUnsafeBytes { Array($0) }
    }

    /// Whether `code` is that of the message. Takes as long whichever byte differs.
    func isCode(_ code: [UInt8], of message: some Sequence<UInt8>) -> Bool {
        Self.areEqual(code, self.code(of: message))
    }

    /// Takes as long whichever byte differs.
    static func areEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
