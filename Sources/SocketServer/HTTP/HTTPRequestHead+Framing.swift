import NIOHTTP1

extension HTTPRequestHead {
    /// HTTP/1.1 and up; the decoder lets only 1.x through.
    var speaksHTTP11: Bool { version.minor >= 1 }

    /// Whether a body follows the head (RFC 9112 section 6.3).
    var announcesBody: Bool {
        if headers.contains(name: "transfer-encoding") { return true }
        guard let length = headers.first(name: "content-length") else { return false }
        return length != "0"
    }

    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1).
    var expectsContinue: Bool {
        speaksHTTP11 && announcesBody && headers.first(name: "expect")?.lowercased() == "100-continue"
    }

    /// Whether NIO's decoder stops after this request, for another protocol may follow: exactly when its parser
    /// (llhttp) says so.
    var stopsDecoder: Bool {
        if method == .CONNECT { return true }
        guard headers.contains(name: "upgrade") else { return false }
        return headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }
}
