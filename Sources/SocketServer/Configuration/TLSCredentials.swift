import NIOCore
import NIOSSL
import Synchronization

/// The certificate chain and the key of a TLS listener, from PEM files that can be read again while it serves.
public final class TLSCredentials: Sendable {
    private let certificateFile: String
    private let keyFile: String
    private let context: Mutex<NIOSSLContext>

    /// - Throws: ``SocketServerError/tls(_:)`` when a file cannot be read or the two do not belong together.
    public init(certificateFile: String, keyFile: String) throws(SocketServerError) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        context = Mutex(try Self.load(certificateFile: certificateFile, keyFile: keyFile))
    }

    /// Reads the files again; connections made from now on use them. On an error the old ones stay in use.
    public func reload() throws(SocketServerError) {
        let fresh = try Self.load(certificateFile: certificateFile, keyFile: keyFile)
        context.withLock { $0 = fresh }
    }

    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: context.withLock { $0 })
    }

    private static func load(certificateFile: String, keyFile: String) throws(SocketServerError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch {
            throw .tls("\(certificateFile) holds no certificates that can be read (PEM)")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw .tls("\(keyFile) holds no private key that can be read (PEM, without a passphrase)")
        }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .tls("the key of \(keyFile) does not belong to the certificate of \(certificateFile)")
        }
    }
}
