import ChatTokens
import Foundation

/// The bearer key of the admin endpoint: given, or kept in `admin.key` (0600) in the data directory.
struct AdminKey {
    var text: String
    /// Where it lies; `nil` when it was given.
    var path: String?

    static func path(in directory: String) -> String { directory + "/admin.key" }

    /// - Throws: ``Failure`` when the file cannot be made (73) or holds no key (78).
    init(given: String?, directory: String) throws {
        if let given {
            text = given
            return
        }
        let path = Self.path(in: directory)
        self.path = path
        if let existing = try Self.read(path) {
            text = existing
            return
        }
        text = SigningSecret.random().text
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(.cannotCreate, "\(path) cannot be made: \(Self.reason())") }
        defer { close(descriptor) }
        let line = Array((text + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            throw Failure(.cannotCreate, "\(path) cannot be written: \(Self.reason())")
        }
    }

    /// The shortest that is not guessed: as many characters as 96 bits have in base64.
    static let minimumLength = 16

    /// What is wrong with a key, as the end of a sentence.
    static func fault(of key: String) -> String? {
        guard key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "must be printable ASCII characters without blanks"
        }
        return key.utf8.count < minimumLength ? "must have at least \(minimumLength) characters" : nil
    }

    /// - Returns: `nil` when there is no such file.
    /// - Throws: ``Failure`` with status 78.
    static func read(_ path: String) throws -> String? {
        let text: String
        do {
            text = try SmallFile.text(at: path, mustBeRegular: true)
        } catch {
            if error.code == ENOENT { return nil }
            throw Failure(.configuration, "\(path) cannot be read: \(error.reason)")
        }
        let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty else {
            throw Failure(.configuration, "\(path) is empty: write a key into it, or remove it to get a new one")
        }
        if let fault = fault(of: key) { throw Failure(.configuration, "the key in \(path) \(fault)") }
        return key
    }

    private static func reason() -> String { ErrorText.system(errno) }
}
