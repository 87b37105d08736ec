import ChatCore
import Testing

@Suite("Names of files")
struct FileNamesTests {
    @Test(
        "A name is the last part of a path, without what deceives",
        arguments: [
            ("photo.png", "photo.png"), ("../../etc/passwd", "passwd"), ("C:\\a\\b.txt", "b.txt"), ("", "file"),
            ("..", "file"), (" . ", "file"), ("a/", "a"), ("/", "file"), ("a\u{0}b\n.txt", "ab.txt"),
            ("x\u{202E}gnp.exe", "xgnp.exe"), (".htaccess", ".htaccess"), (" .env", ".env"),
            ("a/.env.", ".env"), ("...", "file"), (". .", "file"), ("../.", "file"), ("..a", "..a"), ("name.", "name"),
            ("наш файл 👩‍👧.pdf", "наш файл 👩‍👧.pdf"),
            ("a\"b;c%.txt", "a\"b;c%.txt"),
        ])
    func cleaned(_ given: String, _ kept: String) {
        #expect(FileNames.cleaned(given) == kept)
    }

    @Test("A long name is cut between characters, and keeps its extension")
    func long() {
        let name = FileNames.cleaned(String(repeating: "ü", count: 300) + ".jpeg")
        #expect(name.utf8.count == 255)
        #expect(name.hasSuffix("ü.jpeg"))
        #expect(FileNames.cleaned(String(repeating: "x", count: 300)).utf8.count == 255)
        #expect(FileNames.cleaned("a." + String(repeating: "x", count: 300)).utf8.count == 255)
        // No blank at the end where it was cut.
        #expect(FileNames.cleaned(String(repeating: "x", count: 254) + " and more").utf8.count == 254)
    }
}
