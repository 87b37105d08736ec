import Testing

@testable import ChatHTTP

@Suite("The pace of an upload")
struct UploadPaceTests {
    @Test("A slow line is waited for, a byte now and then is not")
    func slow() throws {
        let start = ContinuousClock.now
        var phone = UploadPace(start: start)
        for second in stride(from: 5, through: 600, by: 5) {
            try phone.take(5 * 2000, at: start + .seconds(second))
        }
        var dripping = UploadPace(start: start)
        try dripping.take(1, at: start + .seconds(29))
        #expect(throws: HTTPFailure.self) { try dripping.take(1, at: start + .seconds(58)) }
        // What came early counts later.
        var early = UploadPace(start: start)
        try early.take(100_000, at: start + .seconds(1))
        try early.take(0, at: start + .seconds(127))
        #expect(throws: HTTPFailure.self) { try early.take(0, at: start + .seconds(129)) }
    }
}
