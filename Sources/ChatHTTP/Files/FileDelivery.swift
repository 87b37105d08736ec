import ByteText
import ChatCore
import HTTPTypes
import Hummingbird
import NIOCore

/// A file as an answer: whole, a range of it, or that it has not changed. Read chunk by chunk, as fast as the client
/// takes it.
struct FileDelivery: Sendable {
    /// The file was deleted while it was sent: the connection ends, so that the client sees that it is not whole.
    struct Gone: Error {}

    let store: any ChatStore
    let file: StoredFile
    /// Kept until the body is sent.
    let slot: TransferSlot
    /// Kept until then as well: when it ends, so does the connection.
    let lease: TransferLease

    private var id: FileID { file.attachment.id }
    private var size: Int64 { file.attachment.size }
    /// A file never changes: its id says which bytes these are.
    private var tag: ByteString { "\"\(id.rawValue)\"" }

    func response(to request: Request) -> Response {
        if let tags = request.text(of: .ifNoneMatch), Self.names(tags, tag) {
            return Response(status: .notModified, headers: commonHeaders)
        }
        switch range(of: request) {
        case .whole:
            return Response(status: .ok, headers: headers, body: body(0..<size))
        case .part(let range):
            var headers = headers
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: body(range))
        case .unsatisfiable:
            return HTTPFailure(
                status: .rangeNotSatisfiable, code: "invalid", message: "The file has \(size) bytes.",
                headers: [.contentRange: "bytes */\(size)", .acceptRanges: "bytes"]
            ).response
        }
    }

    private func range(of request: Request) -> ByteRange {
        guard request.method == .get else { return .whole }
        // Only the tag says for certain that it is the same file; dates we give none.
        if let condition = request.text(of: .ifRange), condition.asciiTrimmed != tag { return .whole }
        return ByteRange(request.text(of: .range), size: size)
    }

    /// Whether a list of tags has this one; weak comparison (RFC 9110 section 13.1.2).
    private static func names(_ list: ByteString, _ tag: ByteString) -> Bool {
        let weak: ByteString = "W/\(tag)"
        return list.split(separator: ",").map(\.asciiTrimmed).contains { $0 == "*" || $0 == tag || $0 == weak }
    }

    // MARK: Headers

    private var commonHeaders: HTTPFields {
        // What one may see now one may not tomorrow: a browser keeps it, and asks each time.
        [.eTag: tag.string, .cacheControl: "private, no-cache", .vary: "Authorization"]
    }

    private var headers: HTTPFields {
        let (type, service) = MediaTypes.service(of: file.attachment.mimeType)
        var headers = commonHeaders
        headers[.contentType] = type
        headers[.contentDisposition] = ContentDisposition.header(
            inline: service == .inline, name: file.attachment.name)
        headers[.acceptRanges] = "bytes"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        return headers
    }

    // MARK: Body

    private func body(_ range: Range<Int64>) -> ResponseBody {
        let (store, id, slot, lease) = (store, id, slot, lease)
        return ResponseBody(contentLength: Int(range.count)) { writer in
            let size = Int64(StoredFile.chunkSize)
            var place = range.lowerBound
            while place < range.upperBound {
                try lease.check()
                let number = place / size
                guard let chunk = try await store.read({ try $0.chunk(number, of: id) }) else { throw Gone() }
                let first = Int(place - number * size)
                let last = Int(min(Int64(chunk.count), range.upperBound - number * size))
                guard first < last else { throw Gone() }
                try await writer.write(ByteBuffer(bytes: chunk[first..<last]))
                place += Int64(last - first)
                slot.moved(last - first)
            }
            try await writer.finish(nil)
        }
    }
}
