import Logging
import ServiceLifecycle
import SocketServer
import UnixSignals

/// Reads the certificate and the key again on SIGHUP; connections that are open keep theirs. Without TLS the signal
/// means nothing, and must not end the process.
struct CertificateReloader: Service {
    let credentials: TLSCredentials?
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            guard let credentials else {
                logger.notice("SIGHUP, and no certificate to read again")
                continue
            }
            do {
                try credentials.reload()
                logger.notice("certificate read again")
            } catch {
                logger.error("certificate not usable, the old one stays", metadata: ["parley.error": "\(error)"])
            }
        }
    }
}
