import ChatCore
import ChatWire
import SocketIO

/// `file:url {fileId}` → `url`, `expires_at`: an address, relative to this server, under which the file can be fetched
/// for an hour without a token. For those who may have the file; for others it is not there.
struct FileURL: ClientEvent {
    static let name = "file:url"
    static let signature = ClientEventSignature(
        "A signed address of a file, for those who cannot send a token with a request.",
        takes: [.always("fileId", .string)],
        answers: [.always("url", .string), .always("expires_at", .time)])
    private let fileID: FileID

    init(_ fields: Fields) throws(ChatError) {
        fileID = try fields.identifier("fileId")
    }

    func step(for caller: any EventCaller) -> EventStep {
        let user = caller.user.id
        let links = caller.gateway.fileLinks
        return .read { [fileID] view in
            let file = try view.file(fileID, for: user)
            let expiry = Timestamp.now().advanced(by: FileAddress.life)
            return ReadAnswer(
                Answer { object in
                    object.field("url", FileAddress.signed(file.attachment.id, for: user, until: expiry, by: links))
                    object.field("expires_at", Timestamp(milliseconds: expiry.milliseconds / 1000 * 1000).rfc3339)
                })
        }
    }
}
