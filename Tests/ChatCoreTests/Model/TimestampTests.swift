import ChatCore
import Foundation
import Testing

@Suite struct TimestampTests {
    @Test("Times are written as RFC 3339 in UTC with milliseconds")
    func known() {
        #expect(Timestamp(milliseconds: 0).rfc3339 == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(milliseconds: 951_782_399_999).rfc3339 == "2000-02-28T23:59:59.999Z")
        #expect(Timestamp(milliseconds: 951_782_400_000).rfc3339 == "2000-02-29T00:00:00.000Z")
        #expect(Timestamp(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
    }

    @Test("Days of four centuries agrees with Foundation")
    func agreesWithFoundation() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: Int64(-25_567), to: 120_000, by: 7) {
            let milliseconds = day * 86_400_000 + 45_296_500
            let theirs = Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(style)
            #expect(Timestamp(milliseconds: milliseconds).rfc3339 == theirs)
        }
    }
}
