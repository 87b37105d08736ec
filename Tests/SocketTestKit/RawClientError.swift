/// Why a read of ``RawClient`` failed.
public enum RawClientError: Error {
    case closed
    case malformed
    case unexpected(RawFrame)
}
