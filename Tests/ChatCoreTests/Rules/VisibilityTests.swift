import Testing

@testable import ChatCore

@Suite("What of a text is to be seen")
struct VisibilityTests {
    private static func everyScalar() -> some Sequence<Unicode.Scalar> {
        (0...0x10FFFF as ClosedRange<UInt32>).lazy.compactMap { Unicode.Scalar($0) }
    }

    @Test("Every scalar that Unicode says to leave out of sight is in the table")
    func ignorable() {
        let missing = Self.everyScalar().filter { scalar in
            scalar.properties.isDefaultIgnorableCodePoint && !Visibility.isInvisible(scalar)
        }
        #expect(missing.map { String($0.value, radix: 16) } == [])
    }

    @Test("The table has no letter, number, white space or sign of another kind")
    func visible() {
        let hidden = Self.everyScalar().filter { scalar in
            guard Visibility.isInvisible(scalar), !scalar.properties.isDefaultIgnorableCodePoint else { return false }
            switch scalar.properties.generalCategory {
            case .format, .unassigned, .nonspacingMark: return false
            // The braille blank and the null notehead.
            case .otherSymbol: return scalar.value != 0x2800 && scalar.value != 0x1D159
            default: return true
            }
        }
        #expect(hidden.map { String($0.value, radix: 16) } == [])
    }

    /// What is not seen, each with the name "anna".
    static let doubles: [String] = [
        "an\u{200B}na", "anna\u{200D}", "\u{200D}anna", "anna\u{200C}", "\u{2060}anna", "an\u{AD}na", "anna\u{FEFF}",
        "anna\u{FE0F}", "anna\u{FE00}", "\u{202E}anna", "anna\u{202C}", "anna\u{200F}", "\u{2066}anna\u{2069}",
        "anna\u{E0061}", "anna\u{E0101}", "anna\u{3164}", "anna\u{FFA0}", "an\u{115F}na", "anna\u{2800}",
        "an\u{34F}na", "an\u{180E}na", "anna\u{180B}", "anna\u{61C}", "anna\u{206A}", "anna\u{17B5}", "anna\u{1D173}",
        "anna\u{FFF9}", "anna\u{1BCA0}", "anna\u{FFFE}",
    ]

    @Test("A name with something invisible in it is refused, and has the key of the name without", arguments: doubles)
    func double(name: String) {
        #expect(throws: ChatError.self) { try FieldRules.username(name) }
        #expect(Folding.username(name) == "anna")
    }

    @Test("A joiner inside a word counts for nothing", arguments: [
        "an\u{200D}na", "an\u{200C}na", "a\u{200D}n\u{200C}na",
    ])
    func joiner(name: String) throws {
        #expect(try FieldRules.username(name) == name)
        #expect(Folding.username(name) == "anna")
    }

    @Test("Names of nothing visible are refused", arguments: [
        "", " ", "\u{3000}", "\u{200B}", "\u{3164}", "\u{202E}", "\u{301}\u{301}", "\u{FE0F}", "\u{E0061}", "\u{2800}",
        "\u{200D}", "\u{200B} \u{200B}", "\u{20E3}", "\u{903}", "\u{34F}",
    ])
    func nothing(name: String) {
        let error = #expect(throws: ChatError.self) { try FieldRules.username(name) }
        #expect(error?.code == .invalid && error?.field == "username")
    }

    @Test("A letter bears four marks and no more")
    func zalgo() throws {
        #expect(try FieldRules.username("z\u{337}\u{321}\u{301}\u{302}a") == "z\u{337}\u{321}\u{301}\u{302}a")
        for name in ["z" + String(repeating: "\u{337}\u{321}", count: 30), "z\u{301}\u{301}\u{301}\u{301}\u{301}"] {
            #expect(throws: ChatError.self) { try FieldRules.username(name) }
            #expect(throws: ChatError.self) { try FieldRules.optionalName(name, field: "name") }
        }
    }

    @Test("Names as people have them are names", arguments: [
        "anna", "José", "jose\u{301}", "Straße", "İbrahim", "Σίσυφος", "dış", "Nguyễn Thị Ánh", "أحمد", "مُحَمَّد",
        "می\u{200C}خواهم", "דָּוִד", "प्रिया", "क्\u{200D}ष", "শ্রী", "สมชาย", "ကျော်", "သန့်ဇော်ဦး", "김민준", "山田 太郎",
        "ශ්\u{200D}රී", "👩\u{200D}👩\u{200D}👧", "👩\u{200D}❤\u{FE0F}\u{200D}👨", "❤\u{FE0F}", "1\u{FE0F}\u{20E3}", "🇩🇪",
        "a\u{A0}b",
        "ཀློག", "ꦲꦏ꧀", "О'Коннор", "x_y-z.1",
    ])
    func people(name: String) throws {
        #expect(try FieldRules.username(name) == name)
    }

    @Test("Names that differ in width, case, composition or style are one")
    func folding() {
        for (one, other) in [
            ("anna", "ＡＮＮＡ"), ("anna", "𝐚𝐧𝐧𝐚"), ("josé", "JOSE\u{301}"), ("straße", "STRASSE"), ("straße", "STRAẞE"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"), ("ﬁnn", "finn"), ("각", "\u{1100}\u{1161}\u{11A8}"),
        ] {
            #expect(Folding.username(one) == Folding.username(other))
        }
        #expect(Folding.username("anna") != Folding.username("\u{430}nna"))
        #expect(Folding.username("anna") != Folding.username("an na"))
    }

    @Test("The key of a key is itself, for each scalar and for any text of some")
    func idempotent() {
        var generator = SystemRandomNumberGenerator()
        let scalars = Array(Self.everyScalar().filter { $0.properties.generalCategory != .unassigned })
        func check(_ name: String) -> Bool {
            guard let key = Folding.username(name) else { return true }
            return Folding.username(key).map { $0.utf8.elementsEqual(key.utf8) } ?? false
        }
        #expect(scalars.filter { !check("a\($0)b") }.map { String($0.value, radix: 16) } == [])
        for _ in 0..<20_000 {
            let some = (0..<5).compactMap { _ in scalars.randomElement(using: &generator) }
            let text = String(String.UnicodeScalarView(some))
            #expect(check(text), "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    @Test("A name that only an older release took is found as it is written, and as what it looks like")
    func formerNames() {
        #expect(Folding.usernameKeys(" Anna ") == ["anna"])
        let keys = Folding.usernameKeys("an\u{200B}na")
        #expect(keys.map { Array($0.utf8) } == ["an\u{200B}na", "anna"].map { Array($0.utf8) })
        #expect(Folding.usernameKeys(String(repeating: "é", count: 1000)) == [])
    }

    @Test("Display names keep what is in them, but for what turns other text, and are none where nothing shows")
    func displayNames() throws {
        func name(_ text: String) throws -> String? { try FieldRules.optionalName(text, field: "display_name") }
        #expect(try name("an\u{AD}na") == "an\u{AD}na")
        #expect(try name("\u{200F}דוד") == "\u{200F}דוד")
        #expect(try name("\u{200B}") == nil && name("\u{3164} \u{FE0F}") == nil)
        for text in ["\u{202E}евил", "a\u{2067}b", "a\u{7}b"] {
            #expect(throws: ChatError.self) { try name(text) }
        }
    }

    @Test("A message shows something", arguments: [
        "", " \n", "\u{200B}", "\u{3164}", "\u{2800}\u{2800}", "\u{202E}", "\u{FE0F}", "\u{E0061}", "\u{AD}\u{200D} ",
    ])
    func messages(text: String) throws {
        for kind in Message.Kind.allCases {
            let error = #expect(throws: ChatError.self) {
                try FieldRules.content(text, kind: kind, hasAttachments: false, ChatPolicy())
            }
            #expect(error?.code == .invalid && error?.field == "content")
        }
        for kind in [Message.Kind.text, .image, .file] {
            try FieldRules.content(text, kind: kind, hasAttachments: true, ChatPolicy())
        }
        try FieldRules.content(text + "।", kind: .text, hasAttachments: false, ChatPolicy())
    }
}
