import ByteText
import Foundation
import Testing

@Suite("Base64")
struct Base64Tests {
    private func decode(_ text: String, _ base64: Base64 = .standard) -> [UInt8]? { base64.decode(text.utf8) }

    @Test("Both alphabets go there and back, at every length, as Foundation writes them")
    func roundTrip() {
        for length in 0..<70 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 77 &+ length) }
            let standard = Base64.standard.encode(bytes)
            #expect(standard == Data(bytes).base64EncodedString())
            #expect(standard.utf8.count == Base64.standard.encodedLength(length))
            #expect(decode(standard) == bytes)
            let url = Base64.url.encode(bytes)
            #expect(
                url == standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
            #expect(url.utf8.count == Base64.url.encodedLength(length))
            #expect(decode(url, .url) == bytes)
            // Bytes that do not lie side by side.
            #expect(Base64.url.encode(bytes.lazy.map { $0 }) == url)
            #expect(Base64.url.decode(url.utf8.lazy.map { $0 }) == bytes)
        }
    }

    @Test("Of the standard one padding may be missing, and nothing else may")
    func standard() {
        for bad in ["A", "AQ=", "AQ=A", "A?==", "====", "AQIDBA===", "AQI=DA==", "AQ-_", "AQIDBA=", "=", "AQID\n"] {
            #expect(decode(bad) == nil, "\(bad)")
        }
        #expect(decode("AQIDBA") == [1, 2, 3, 4])
        #expect(decode("AQIDBA==") == [1, 2, 3, 4])
        #expect(decode("") == [])
    }

    @Test("A text of the URL-safe one has one spelling")
    func url() {
        for bad in ["A", "AQ==", "AQ=", "+/8", "AR", "AQJ", "AQI\u{0}", "AQIDé"] {
            #expect(decode(bad, .url) == nil, "\(bad)")
        }
        #expect(decode("AQ", .url) == [1])
        #expect(decode("AQI", .url) == [1, 2])
        #expect(decode("-_8", .url) == [0xFB, 0xFF])
    }
}
