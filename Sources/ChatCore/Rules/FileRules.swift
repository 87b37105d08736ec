/// Who may have a whole file. CONTRACT section 4.
extension StoredFile {
    /// Whether it is there: what was not sent in time is gone, whenever somebody clears up.
    public static func isThere(isSent: Bool, createdAt: Timestamp, now: Timestamp) -> Bool {
        isSent || now < createdAt.advanced(by: ChatPolicy.unsentFileLife)
    }

    /// The file as `user` may have it: members who see the message that it was sent with; its owner, until it is sent.
    ///
    /// - Parameters:
    ///   - seq: of the message that it was sent with.
    ///   - floor: the seq above which the user sees the messages of that chat; `nil` for who is no member.
    /// - Throws: `not_found`, for a file that is not there and for one that is not for the user alike.
    public static func file(
        _ file: StoredFile?, for user: UserID, seq: Int64, above floor: Int64?
    ) throws(ChatError) -> StoredFile {
        let none = ChatError(.notFound, "There is no such file.", field: "fileId")
        guard let file else { throw none }
        if file.messageID == nil {
            guard file.ownerID == user else { throw none }
        } else {
            guard let floor, seq > floor else { throw none }
        }
        return file
    }
}
