import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A temporary file as a response body: read in chunks as fast as the client takes them, and gone afterwards.
struct FileDownload: Sendable {
    /// Bytes of a chunk: all of the file that is in memory at a time.
    private static let chunk = 1 << 18

    let path: String
    let name: String
    let type: String

    /// - Throws: when the file cannot be opened.
    func response() throws -> Response {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        // The open handle keeps the bytes; the name is not needed any more, however the download ends.
        try FileManager.default.removeItem(atPath: path)
        let length = try handle.seekToEnd()
        try handle.seek(toOffset: 0)
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: ResponseBody(contentLength: Int(length)) { writer in
                while let data = try handle.read(upToCount: Self.chunk), !data.isEmpty {
                    try await writer.write(ByteBuffer(bytes: data))
                }
                try await writer.finish(nil)
            })
    }
}
