import ChatCore

/// Lets in who shows a user's token.
struct TokenGuard: RouteGuard {
    let access: FileAccess

    func admit(_ call: HTTPCall) async throws -> TransferLease {
        try await access.holder(of: call.request, on: call.connection)
    }
}

/// Lets in to a file who shows a signed address of it or a token, of somebody who may have it now.
struct FileGuard: RouteGuard {
    /// The file, and the right by which it is given.
    struct Pass: Sendable {
        var file: StoredFile
        var lease: TransferLease
    }

    let access: FileAccess

    func admit(_ call: HTTPCall) async throws -> Pass {
        // Whatever is wrong with the id: there is no such file.
        guard let id = try? call.parameter("id") else { throw ChatError(.notFound, "There is no such file.") }
        let (file, lease) = try await access.file(FileID(id), for: call.request, on: call.connection)
        return Pass(file: file, lease: lease)
    }
}
