/// What the first start prints: where it listens, where the key lies, and commands that work when they are pasted.
struct StartupNotice {
    var publicAddress: String
    /// As a base of URLs, or the path of a Unix socket.
    var adminAddress: String
    /// `nil` when the key was given.
    var adminKeyPath: String?

    var text: String {
        let key = adminKeyPath.map { "$(cat \(Self.quoted($0)))" } ?? "$PARLEY_ADMIN_KEY"
        let curl: String
        if adminAddress.hasPrefix("unix:") {
            curl = "curl -sS --unix-socket \(Self.quoted(String(adminAddress.dropFirst(5)))) http://localhost/admin"
        } else {
            curl = "curl -sS http://\(Self.reachable(adminAddress))/admin"
        }
        func call(_ path: String, _ body: String) -> String {
            "  \(curl)/\(path) -H \"Authorization: Bearer \(key)\" -H 'Content-Type: application/json' -d '\(body)'"
        }
        return """
            Parley is ready for its first users.

              Socket.IO        \(publicAddress)
              admin endpoint   \(adminAddress)
              admin key        \(adminKeyPath ?? "as given")

            Try: a token for each of two users (who are made with it), and a chat for them.

            \(call("tokens", #"{"username":"alice","create":true}"#))
            \(call("tokens", #"{"username":"bob","create":true}"#))
            \(call("chats", #"{"id":"lobby","name":"Lobby","member_ids":["alice","bob"]}"#))


            """
    }

    /// An address that a client on this machine can connect to: a wildcard is none.
    private static func reachable(_ address: String) -> String {
        for wildcard in ["[::]", "0.0.0.0"] where address.hasPrefix(wildcard + ":") {
            return "127.0.0.1" + address.dropFirst(wildcard.count)
        }
        return address
    }

    /// For a POSIX shell, where the text is not plain.
    private static func quoted(_ text: String) -> String {
        let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
        return plain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
