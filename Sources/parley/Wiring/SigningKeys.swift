import ChatCore
import ChatTokens

/// The secrets of a data directory: read when it is opened, made when they are not there, kept once the store writes.
struct SigningKeys {
    var ring: KeyRing
    var recovery: SigningSecret
    /// Signs addresses of files.
    var files: SigningSecret
    /// What the database does not hold yet.
    private var missing: [(key: String, value: String)] = []

    /// - Parameter configured: the secrets of `--jwt-secret`; the ring is then not the database's.
    init(of store: any ChatStore, configured: KeyRing?) async throws {
        let kept = try await store.read { view in
            (
                ring: try view.setting(KeyKeeper.ringSetting), recovery: try view.setting(KeyKeeper.recoverySetting),
                files: try view.setting(KeyKeeper.filesSetting)
            )
        }
        if let configured {
            ring = configured
        } else if let text = kept.ring {
            do {
                ring = try KeyRing(encoded: text)
            } catch {
                throw Failure(.badData, "the signing keys in the database cannot be read")
            }
        } else {
            ring = KeyRing(current: .random())
            missing.append((KeyKeeper.ringSetting, try ring.encoded()))
        }
        recovery = kept.recovery.flatMap { SigningSecret($0) } ?? .random()
        files = kept.files.flatMap { SigningSecret($0) } ?? .random()
        if recovery.text != kept.recovery { missing.append((KeyKeeper.recoverySetting, recovery.text)) }
        if files.text != kept.files { missing.append((KeyKeeper.filesSetting, files.text)) }
    }

    /// Writes what was made; before anything that is signed with it goes out.
    func keep(in store: any ChatStore) async throws {
        for (key, value) in missing { _ = try await store.perform(.setSetting(key: key, value: value)) }
    }
}
