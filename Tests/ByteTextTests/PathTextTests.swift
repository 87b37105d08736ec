import Testing

import ByteText

@Suite("Paths as text")
struct PathTextTests {
    @Test(
        "A directory and a name, as the shell's dirname and basename have them",
        arguments: [
            ("g", ".", "g"), (".", ".", "."), ("./g", ".", "g"), ("w//", ".", "w"), ("w/o.nd", "w", "o.nd"),
            ("/", "/", ""), ("//", "/", ""), ("/a", "/", "a"), ("/a/", "/", "a"), ("a//b///c", "a//b", "c"),
            ("", ".", ""), ("..", ".", ".."), ("../x", "..", "x"), ("ä/é", "ä", "é"),
        ])
    func cut(path: String, directory: String, name: String) {
        #expect(PathText.directory(of: path) == directory)
        #expect(PathText.name(of: path) == name)
    }
}
