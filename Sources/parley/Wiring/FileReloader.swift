import ChatTokens
import Logging
import ServiceLifecycle
import SocketServer
import UnixSignals

/// Reads the certificate with its key, and the files of secrets and public keys, again on SIGHUP. What cannot be read
/// stays as it is; connections that are open keep what they have. Without files the signal means nothing, and must not
/// end the process.
struct FileReloader: Service {
    let credentials: TLSCredentials?
    let keyFiles: KeyFiles
    let keeper: KeyKeeper
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { await reload() }
    }

    func reload() async {
        let hasKeys = !keyFiles.secrets.isEmpty || keyFiles.publicKeys != nil
        if credentials == nil, !hasKeys { logger.notice("SIGHUP, and no file to read again") }
        if let credentials {
            do {
                try credentials.reload()
                logger.notice("certificate read again")
            } catch {
                logger.error("certificate not usable, the old one stays", metadata: ["parley.error": "\(error)"])
            }
        }
        guard hasKeys else { return }
        do {
            let (secrets, publicKeys) = try await keyFiles.read()
            if let secrets { await keeper.use(secrets) }
            if let publicKeys { keeper.authority.install(ofFile: publicKeys) }
            logger.notice("keys of tokens read again")
        } catch {
            logger.error(
                "keys of tokens not usable, the old ones stay",
                metadata: ["parley.error": "\(ErrorText.clause(error))"])
        }
    }
}
