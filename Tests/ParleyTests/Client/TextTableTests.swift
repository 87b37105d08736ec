import Testing

@testable import parley

@Suite("Tables on a terminal")
struct TextTableTests {
    private let table = TextTable(
        names: ["id", "username", "note", "avatar_url"],
        rows: [["1", "漢字漢字漢字漢字漢字", "a note of some length", "-"], ["2", "ann", "-", "-"]])

    @Test("Without a terminal nothing is cut or left out")
    func whole() {
        #expect(
            table.lines(within: nil).lines == [
                "id  username              note                   avatar_url",
                "1   漢字漢字漢字漢字漢字  a note of some length  -", "2   ann                   -                      -",
            ])
    }

    @Test("On one, the widest columns are cut, and a wide character takes two cells", arguments: 36...60)
    func cut(width: Int) {
        let (lines, leftOut) = table.lines(within: width)
        #expect(leftOut == 0)
        #expect(lines.allSatisfy { Cells.width(of: $0) <= width })
        #expect(lines[0].hasPrefix("id  username") && lines[0].contains("note") && !lines[0].contains("avatar_url"))
        #expect((width < 47) == lines[1].contains("…"))
    }

    @Test("What cannot be cut to fit is left out from the right, and the first column never")
    func leftOut() {
        #expect(table.lines(within: 20).leftOut == 1)
        #expect(table.lines(within: 20).lines[1] == "1   漢字漢字漢字漢…")
        #expect(table.lines(within: 5).lines == ["id", "1", "2"] && table.lines(within: 5).leftOut == 2)
    }

    @Test("A character that would be cut in half is left out")
    func halves() {
        #expect(Cells.filled("漢字", to: 4) == "漢字" && Cells.filled("漢字", to: 3) == "漢…")
        #expect(Cells.filled("漢字漢", to: 4) == "漢… " && Cells.filled("e\u{301}a", to: 3) == "e\u{301}a ")
        #expect(Cells.width(of: "👨‍👩‍👧") == 2 && Cells.width(of: "한글") == 4 && Cells.width(of: "é") == 1)
    }
}
