import NIOCore

extension SocketServerConfiguration {
    /// The cores of this machine, as far as the process may use them.
    public static var cores: Int { max(1, System.coreCount) }
}
