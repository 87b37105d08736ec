import Testing

/// The checks of this target, held against code that they must find fault with.
@Suite("The tidy checks themselves")
struct TidyTests {
    @Test("Comments and strings are no code")
    func codeText() {
        let lines = [
            "let a = \"try! // x\" // try!", "/* try!", "try! */ let b = #\"\"try!\"#", "\"\"\"", "try!", "\"\"\" + c!",
        ]
        #expect(
            CodeText.code(of: lines) == ["let a = \"\" ", "", " let b = \"\"", "\"", "", "\" + c!"])
    }

    @Test("Forced unwraps are told from negations")
    func forceUnwraps() {
        for code in ["a!", "b()!.c", "d[0]!", "x as! Y! "] { #expect(StyleTests.unwrapsByForce(code), "\(code)") }
        for code in ["!a", "a != b", "if !(a)", "a!=b"] { #expect(!StyleTests.unwrapsByForce(code), "\(code)") }
    }

    @Test("The length of a function counts from its first line to its brace")
    func functionLength() {
        let lines = [
            "protocol P {", "    func a()", "}", "func b() {", "    let c = { 1 }", "}", "public init(", "    d: Int",
            ") {", "}",
        ]
        let found = StyleTests.functions(in: lines)
        #expect(found.map(\.line) == [4, 7])
        #expect(found.map(\.length) == [3, 4])
    }

    @Test("Imports are read with their attributes and kinds")
    func imports() {
        let file = SourceTree.File(
            path: "Sources/X/Y.swift",
            lines: [
                "import A", "@testable import B", "public import C.D", "import struct E.F", "// import G", "important",
            ])
        #expect(LayerTests.imports(of: file) == ["A", "B", "C", "E"])
    }
}
