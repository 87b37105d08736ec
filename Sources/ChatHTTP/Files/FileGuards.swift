import ChatCore

/// Lets in who shows a user's token.
struct TokenGuard: RouteGuard {
    let access: FileAccess

    func admit(_ call: HTTPCall) async throws -> UserID {
        try await access.user(of: call.request)
    }
}

/// Lets in to a file who shows a signature of its address, or the token of somebody who may have it.
struct FileGuard: RouteGuard {
    /// The file, and whose token it was.
    struct Pass: Sendable {
        var file: StoredFile
        var user: UserID?
    }

    let access: FileAccess

    func admit(_ call: HTTPCall) async throws -> Pass {
        guard let id = try? call.parameter("id") else { throw ChatError(.notFound, "There is no such file.") }
        let (file, user) = try await access.file(FileID(id), for: call.request)
        return Pass(file: file, user: user)
    }
}
