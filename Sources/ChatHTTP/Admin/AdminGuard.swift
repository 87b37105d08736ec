import ByteText
import HTTPTypes
import Hummingbird
import Logging

/// Lets in who shows the admin key, and slows those who guess it. CONTRACT section 2.
struct AdminGuard: RouteGuard {
    /// That the key was shown. Only the guard makes one.
    struct Pass: Sendable {
        fileprivate init() {}
    }

    private let key: [UInt8]
    private let guesses: KeyGuesses
    private let logger: Logger

    init(key: String, logger: Logger) {
        self.key = Array(key.utf8)
        guesses = KeyGuesses()
        self.logger = logger
    }

    func admit(_ call: HTTPCall) async throws -> Pass {
        guard let given = call.request.bearer, !given.isEmpty else { throw HTTPFailure.unauthorized }
        if Self.equal(given, key) { return Pass() }
        switch guesses.wrong(from: call.address) {
        case .refuse:
            log(call)
            throw HTTPFailure.unauthorized
        case .slow(let seconds, let isFirst):
            // One line more than the bound, not one a guess: whoever guesses must not fill the disk.
            if isFirst { log(call) }
            throw HTTPFailure.tooManyGuesses(retryAfter: seconds)
        }
    }

    /// The one form that tools which ban addresses (fail2ban) may lean on.
    private func log(_ call: HTTPCall) {
        logger.info(
            "credentials refused",
            metadata: ["parley.address": "\(call.address)", "parley.credentials": "admin-key"])
    }

    /// Takes as long for a wrong key as for the right one, whichever byte is wrong.
    private static func equal(_ given: ByteString, _ key: [UInt8]) -> Bool {
        var difference = given.count ^ key.count
        for (index, byte) in given.utf8.enumerated() {
            difference |= Int(byte ^ key[index % max(1, key.count)])
        }
        return difference == 0 && !key.isEmpty
    }
}
