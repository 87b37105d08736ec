import ByteText
import Testing

@Suite("Queries")
struct FormQueryTests {
    @Test("Escapes and pluses are read as forms have them, and of a name given twice the last counts")
    func forms() {
        let query = FormQuery("a=x+y%21&b=1&b=2&empty=&flag&%C3%BC=%e2%82%ac&broken=%4&x=a=b")
        #expect(query["a"] == "x y!" && query["b"] == "2" && query["empty"] == "" && query["flag"] == "")
        #expect(query["ü"] == "€" && query["broken"] == "%4" && query["x"] == "a=b" && query["none"] == nil)
        #expect(FormQuery("a=x+y", plusIsSpace: false)["a"] == "x+y")
    }

    @Test("A strict reading refuses what is no escape, and what is no UTF-8")
    func strict() {
        #expect(ByteString("a%2Fb").strictlyPercentDecoded == "a/b")
        for text: ByteString in ["%", "%4", "%zz", "a%", "%FF", "%C3", "%ED%A0%80"] {
            #expect(text.strictlyPercentDecoded == nil, "\(text)")
        }
    }

    @Test("A megabyte of marks is read, compared and looked up at once", .timeLimit(.minutes(5)))
    func combiningMarks() {
        let marks = String(repeating: "\u{301}", count: 250_000) + String(repeating: "\u{334}", count: 250_000)
        let query = FormQuery("a\(marks)=\(marks)&b=\(marks)")
        #expect(query["b"] == ByteString(marks) && query["a"] == nil)
        #expect(ByteString(marks).percentDecoded() == ByteString(marks))
    }
}
