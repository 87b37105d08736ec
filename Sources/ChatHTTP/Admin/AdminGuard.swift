import ByteText
import HTTPTypes
import Hummingbird
import Logging
import SocketServer

/// Lets in who shows the admin key, and slows those who guess it. CONTRACT section 2.
struct AdminGuard: RouteGuard {
    /// That the key was shown. Only the guard makes one.
    struct Pass: Sendable {
        fileprivate init() {}
    }

    private let key: [UInt8]
    private let guesses: KeyGuesses
    private let refusals: RefusalLog

    init(key: String, logger: Logger) {
        self.key = Array(key.utf8)
        guesses = KeyGuesses()
        refusals = RefusalLog(logger: logger)
    }

    func admit(_ call: HTTPCall) async throws -> Pass {
        guard let given = call.request.bearer, !given.isEmpty else { throw HTTPFailure.unauthorized }
        if Self.equal(given, key) {
            call.connection.vouch()
            return Pass()
        }
        let address = call.connection.address
        switch guesses.wrong(from: address) {
        case .refuse:
            refusals.refused(.key, from: address, code: "unauthorized")
            throw HTTPFailure.unauthorized
        case .slow(let seconds):
            refusals.refused(.key, from: address, code: "rate_limited")
            throw HTTPFailure.tooManyGuesses(retryAfter: seconds)
        }
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
