import ByteText
import NIOHTTP1

extension HTTPRequestHead {
    /// HTTP/1.1 and up; the decoder lets only 1.x through.
    var speaksHTTP11: Bool { version.minor >= 1 }

    /// Whether the connection is to be kept after the response (RFC 9112 section 9.3). NIO's own answer splits the
    /// field by characters.
    var asksToKeepConnection: Bool {
        if headers.lists("close", in: "connection") { return false }
        return speaksHTTP11 || headers.lists("keep-alive", in: "connection")
    }

    /// Whether a body follows the head (RFC 9112 section 6.3).
    var announcesBody: Bool {
        if headers.contains(name: "transfer-encoding") { return true }
        guard let length = headers.text(of: "content-length") else { return false }
        return length != "0"
    }

    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1).
    var expectsContinue: Bool {
        speaksHTTP11 && announcesBody && headers.text(of: "expect")?.equalsIgnoringCase("100-continue") == true
    }

    /// Whether NIO's decoder stops after this request, for another protocol may follow: exactly when its parser
    /// (llhttp) says so.
    var stopsDecoder: Bool {
        if method == .CONNECT { return true }
        guard headers.contains(name: "upgrade") else { return false }
        return headers.lists("upgrade", in: "connection")
    }
}

extension HTTPHeaders {
    /// Whether a field whose value is a list of tokens has this one, in whatever case (RFC 9110 section 5.6.1).
    ///
    /// - Parameters:
    ///   - token: in lower case.
    ///   - field: the name of the field, in lower case.
    func lists(_ token: String, in field: String) -> Bool {
        for (name, value) in self where name.utf8.equalsLowered(field.utf8) {
            for item in value.utf8.split(separator: UInt8(ascii: ",")) {
                guard let start = item.firstIndex(where: { !$0.isASCIISpace }),
                    let end = item.lastIndex(where: { !$0.isASCIISpace })
                else { continue }
                if item[start...end].equalsLowered(token.utf8) { return true }
            }
        }
        return false
    }
}

extension Collection<UInt8> {
    /// Whether these are the letters of `lowered`, in whatever case.
    func equalsLowered(_ lowered: String.UTF8View) -> Bool {
        count == lowered.count
            && zip(self, lowered).allSatisfy { byte, other in byte.asciiLowercased == other }
    }
}
