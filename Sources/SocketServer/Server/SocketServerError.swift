/// Why a server did not start.
public enum SocketServerError: Error, Sendable, CustomStringConvertible {
    /// Somebody else listens there.
    case addressInUse(String)
    /// Not an address of the form `HOST:PORT`, `[HOST]:PORT` or `unix:PATH`.
    case malformedAddress(String)
    /// Not `ADDRESS` or `ADDRESS/BITS`.
    case malformedNetwork(String)
    case cannotListen(String, reason: String)
    /// The certificate or the key could not be read or do not belong together.
    case tls(String)

    public var description: String {
        switch self {
        case .addressInUse(let address): "\(address) is in use"
        case .malformedAddress(let text): "\(text) is not an address: HOST:PORT, [HOST]:PORT or unix:PATH"
        case .malformedNetwork(let text): "\(text) is not a network: ADDRESS or ADDRESS/BITS"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .tls(let reason): "TLS: \(reason)"
        }
    }
}
