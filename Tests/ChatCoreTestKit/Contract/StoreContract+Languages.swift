import ChatCore

/// Messages in many scripts, and what finds them and what does not: one table for every engine.
extension StoreContract {
    /// Messages by a name of ours.
    private static let said: [(name: String, text: String)] = [
        ("zh", "我家在上海东边。"), ("zh meeting", "明天下午三点我们开会讨论预算"), ("zh mixed", "请看PR1234的修改"), ("zh lines", "東京\n都"),
        ("ja", "来週の東京出張の予定を確認してください"), ("ja half", "カタカナとﾊﾝｶｸの検索"), ("ja voiced", "か\u{3099}っこうへ行く"),
        ("ko", "서울에서 만나요"), ("ko run", "우리는서울에서만났다"),
        ("ko jamo", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}\u{110B}\u{1165}"), ("ko laugh", "정말ㅋㅋㅋ"),
        ("th", "พรุ่งนี้ประชุมที่กรุงเทพตอนบ่าย"), ("th water", "ดื่มน\u{0E49}\u{0E33}เย็น"),
        ("lo", "ສະບາຍດີຕອນເຊົ້າ"), ("km", "សួស្តីពិភពលោក"), ("my", "မင်္ဂလာပါ ခင်ဗျာ"),
        ("hi", "हिन्दी में संदेश खोजना"), ("hi noise", "नमक हद दिन"), ("bn", "বাংলা ভাষায় বার্তা"),
        ("ta", "தமிழ் செய்தி"), ("te", "తెలుగు సందేశం"), ("ar", "مُحَمَّدٌ كَتَبَ رِسَالَةً"),
        ("ar plain", "كتب أحمد الرسـالة"), ("fa", "می\u{200C}خواهم کتاب بخوانم"), ("he", "שָׁלוֹם עוֹלָם"),
        ("el", "Ἡ Ἀθήνα είναι όμορφη, ΟΔΟΣ"), ("ru", "Ещё раз: мо\u{0301}й за́мок"), ("ru other", "мои вещи"),
        ("uk", "Її їжа"), ("vi", "Tiếng Việt rất đẹp"), ("de", "Die Straße nach München"),
        ("fr", "Cœur brisé, ﬁn de l’été"), ("pl", "Łódź i źródło"), ("tr", "Isparta'da ılık İstanbul"),
        ("hy", "Բարեւ աշխարհ"), ("ka", "გამარჯობა მსოფლიო"), ("am", "ሰላም ለዓለም"), ("wide", "Ｈｅｌｌｏ　Ｗｏｒｌｄ １２３"),
        ("decomposed", "cafe\u{0301} cre\u{0300}me"), ("mail", "Write to a.person@mail.example today"),
        ("mail parts", "the person of mail, an example at today"), ("version", "Release 10.100 is out"),
        ("version parts", "10 or 100, and 100.10"), ("longer version", "110.100 and 10.1005"),
        ("room", "Meet in C-8"), ("room parts", "8 seats in row C"), ("c++", "I write C++ and C# at work"),
        ("c", "I write C at work"), ("path", "see /usr/local/share/doc_one.txt"),
        ("url", "https://shop.example/a-b?x=1"), ("snake", "call do_the_thing()"), ("phrase", "a very good idea"),
        ("no phrase", "an idea, very; good"), ("emoji", "nice 👍🏽 ❤️"), ("emoji bare", "so ❤ too"),
        ("family", "we 👩‍👩‍👧 two"), ("flag", "from 🇩🇪"), ("flags", "🇦🇩🇪🇸"), ("tag", "we ship v2.10.3 at last"),
        ("no tag", "we ship 2.10 and 3, and 12.10.3"), ("moment", "begins 2026-01-05T12:30Z"),
        ("nukta", "क़लम और ज़मीन"), ("no nukta", "कलम और जमीन"), ("army", "שירת בצה״ל, ג׳ירפה"),
        ("army typed", "שירת בצה\"ל, ג'ירפה"), ("fa blank", "می خواهم برم"), ("fa joined", "میخواهم برم"),
        ("fa plural", "کتاب\u{200C}خانه\u{200C}ها"), ("digits", "٤٢١ и ९८७ ６５４"), ("percent", "25°C at noon"),
    ]

    /// A query, and what it finds.
    private static let asked: [(query: String, finds: [String])] = [
        // Han, kana.
        ("我家", ["zh"]), ("上海", ["zh"]), ("海", ["zh"]), ("边", ["zh"]), ("海上", []), ("开会", ["zh meeting"]),
        ("预算", ["zh meeting"]), ("三点 预算", ["zh meeting"]), ("PR1234", ["zh mixed"]), ("pr12", ["zh mixed"]),
        ("R1234", []), ("修改", ["zh mixed"]), ("看pr1234的", ["zh mixed"]), ("東京", ["ja", "zh lines"]), ("京都", []),
        ("出張の予定", ["ja"]), ("確認", ["ja"]), ("カタカナ", ["ja half"]), ("ﾊﾝｶｸ", ["ja half"]), ("ハンカク", ["ja half"]),
        ("ハ", ["ja half"]), ("検索", ["ja half"]), ("がっこう", ["ja voiced"]), ("かっこう", []),
        // Hangul.
        ("서울", ["ko", "ko run"]), ("서울에서", ["ko", "ko run"]), ("만나요", ["ko"]), ("한국어", ["ko jamo"]),
        ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", ["ko jamo"]), ("하", []), ("ㅋㅋ", ["ko laugh"]),
        // Scripts of South-East Asia.
        ("ประชุม", ["th"]), ("กรุงเทพ", ["th"]), ("ท", ["th"]), ("ทพต", ["th"]), ("ประเทศ", []),
        ("น้ำ", ["th water"]), ("น\u{0E4D}\u{0E49}\u{0E32}", ["th water"]), ("ສະບາຍດີ", ["lo"]), ("ຕອນ", ["lo"]),
        ("ពិភពលោក", ["km"]), ("ခင်ဗျာ", ["my"]), ("ဂလာပါ", ["my"]),
        // Of India: vowel signs and virama are letters.
        ("हिन्दी", ["hi"]), ("संदेश", ["hi"]), ("हद", ["hi noise"]), ("दि", ["hi noise"]), ("हन", []),
        ("ভাষা", ["bn"]), ("क़लम", ["nukta", "no nukta"]), ("\u{915}\u{93C}लम", ["nukta", "no nukta"]),
        ("कलम", ["nukta", "no nukta"]), ("जमीन", ["nukta", "no nukta"]), ("செய்தி", ["ta"]), ("సందేశం", ["te"]),
        // Harakat, tatweel, hamza, niqqud may be left out.
        ("محمد", ["ar"]), ("رسالة", ["ar"]), ("مُحَمَّد", ["ar"]), ("كتب", ["ar", "ar plain"]),
        ("احمد", ["ar plain"]), ("الرسالة", ["ar plain"]), ("كتاب", ["fa", "fa plural"]), ("שלום", ["he"]),
        ("עוֹלם", ["he"]),
        ("בצה\"ל", ["army", "army typed"]), ("בצה״ל", ["army", "army typed"]),
        ("\"שירת בצה\"ל\"", ["army", "army typed"]), ("ג'ירפה", ["army", "army typed"]),
        ("ג׳ירפה", ["army", "army typed"]),
        // One word, two, or with a seam.
        ("میخواهم", ["fa", "fa joined"]), ("می خواهم", ["fa", "fa blank"]),
        ("می\u{200C}خواهم", ["fa", "fa blank", "fa joined"]),
        ("\"می\u{200C}خواهم برم\"", ["fa blank", "fa joined"]), ("خانه", ["fa plural"]),
        ("کتابخانه ها", ["fa plural"]), ("کتاب\u{200C}خانه", ["fa plural"]), ("کتاب خانه\u{200C}ها", ["fa plural"]),
        ("کتاب\u{200C}خانه\u{200C}ها", ["fa plural"]), ("تاب", []),
        // Greek, Cyrillic, Armenian, Georgian, Ethiopic.
        ("Αθηνα", ["el"]), ("όμορφη", ["el"]), ("οδός", ["el"]), ("еще", ["ru"]), ("мой", ["ru"]),
        ("мои", ["ru other"]), ("замок", ["ru"]), ("їжа", ["uk"]), ("іжа", []), ("ԲԱՐԵՒ", ["hy"]),
        ("გამარჯ", ["ka"]), ("ሰላም", ["am"]),
        // Latin.
        ("tieng viet dep", ["vi"]), ("STRASSE", ["de"]), ("munchen", ["de"]), ("fin coeur", ["fr"]),
        ("l'été", ["fr"]), ("lodz zrodlo", ["pl"]), ("ISPARTA", ["tr"]), ("istanbul", ["tr"]),
        ("hello world", ["wide"]), ("123", ["wide", "zh mixed"]), ("café crème", ["decomposed"]),
        ("CAFE\u{301}", ["decomposed"]),
        // Whole and by part.
        ("a.person@mail.example", ["mail"]), ("person mail", ["mail", "mail parts"]),
        ("10.100", ["version", "longer version"]), ("\"10.100\"", ["version"]), ("C-8", ["room"]),
        ("8", ["room", "room parts"]), ("C++", ["c++"]), ("C# work", ["c++"]), ("\"C++\"", ["c++"]),
        ("write c", ["c++", "c"]), ("/usr/local", ["path"]), ("doc_one.txt", ["path"]), ("share one", ["path"]),
        ("shop.example/a-b", ["url"]), ("a-b", ["url"]), ("do_the_thing", ["snake"]), ("thing", ["snake"]),
        ("the-thing", []), ("25°", ["percent"]),
        ("2.10.3", ["tag"]), ("v2.10", ["tag"]), ("10.3", ["tag", "no tag"]), ("\"2.10.3\"", ["tag"]),
        ("12:30", ["moment"]), ("2026-01-05", ["moment"]), ("1234", ["zh mixed"]), ("234", []),
        ("421 987", ["digits"]), ("४२१", ["digits"]), ("654", ["digits"]), ("٩٨٧", ["digits"]),
        // Phrases.
        ("\"very good\"", ["phrase"]), ("“very good” id", ["phrase"]), ("\"good ide\"", []),
        ("very good", ["phrase", "no phrase"]),
        // Symbols.
        ("👍", ["emoji"]), ("👍🏿", ["emoji"]), ("❤", ["emoji", "emoji bare"]), ("❤️", ["emoji", "emoji bare"]),
        ("👩", ["family"]), ("👩‍👩‍👧", ["family"]), ("🇩🇪", ["flag"]), ("🎉", []),
    ]

    static let languages: [ContractRule] = [
        ContractRule("Search finds what is there, in every script, and nothing else") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            let messages = try await bench.send(said.map(\.text), to: chat, from: ann)
            let names = Dictionary(uniqueKeysWithValues: zip(messages.map(\.id), said.map(\.name)))
            // The last that was said is found: so are all before it.
            for _ in 0..<20_000 {
                if try await bench.read({ try $0.search("noon", for: ann).items.count }) > 0 { break }
            }
            for (query, finds) in asked {
                let found = try await bench.read { try $0.search(query, for: ann) }
                try expectEqual(
                    Set(found.items.compactMap { names[$0.message.id] }), Set(finds), "\(query) finds \(finds)")
                // A hit is whole characters of the text, as it was sent.
                for hit in found.items {
                    let text = hit.snippet.filter { String($0) != SearchMarks.start && String($0) != SearchMarks.end }
                    try expectEqual(text, hit.message.content, "\(query): \(hit.snippet)")
                    try expect(hit.snippet.contains(SearchMarks.start), "\(query) is marked in \(hit.snippet)")
                }
                try expectEqual(found.isComplete, true)
            }
        },
        ContractRule("A page goes on with its own query only") { bench in
            let ann = try await bench.user("ann")
            let chat = try await bench.group("c", [ann])
            _ = try await bench.send(["word one", "word two", "word three"], to: chat, from: ann)
            for _ in 0..<20_000 {
                if try await bench.read({ try $0.search("three", for: ann).items.count }) > 0 { break }
            }
            var request = SearchRequest("word", page: PageRequest(limit: 1))
            let first = try await bench.read { [request] in try $0.search(request, for: ann) }
            let next = first.next ?? ""
            request.page.after = next
            let second = try await bench.read { [request] in try $0.search(request, for: ann) }
            try expectEqual(second.items.map(\.message.content), ["word two"])
            let page = PageRequest(after: next, limit: 1)
            let plain = String(next.prefix { $0 != "." })
            for other in [
                SearchRequest("words", page: page), SearchRequest("word", in: chat, page: page),
                SearchRequest("word", from: ann, page: page),
                SearchRequest("word", before: Timestamp(milliseconds: 5), page: page),
                SearchRequest("word", after: Timestamp(milliseconds: 5), page: page),
            ] + ["zz", "", ".", plain, plain + ".", "-" + next, next + "0", "0" + next].map({
                SearchRequest("word", page: PageRequest(after: $0))
            }) {
                do {
                    _ = try await bench.read { try $0.search(other, for: ann) }
                    throw ContractViolation("\(other) is refused")
                } catch let error as ChatError {
                    try expectEqual(error.code, .invalid)
                    try expectEqual(error.field, "next")
                }
            }
        },
        ContractRule("What has nothing that could be looked for is invalid") { bench in
            let ann = try await bench.user("ann")
            for query in ["", " ", "?!", "\"", "\"…\"", "。", "+", "\u{0301}", "\u{200B}", "-_-"] {
                do {
                    _ = try await bench.read { try $0.search(query, for: ann) }
                    throw ContractViolation("\(query) is refused")
                } catch let error as ChatError {
                    try expectEqual(error.code, .invalid)
                }
            }
        },
        ContractRule("Search is held to a sender, to times, and for the operator to nothing") { bench in
            let ids = try await bench.users(["ann", "bob"])
            let (one, two) = (try await bench.group("one", ids), try await bench.group("two", [ids[1]]))
            let first = try await bench.send("word one", to: one, from: ids[0])
            let second = try await bench.send("word two", to: one, from: ids[1])
            let third = try await bench.send("word three", to: two, from: ids[1])
            for _ in 0..<20_000 {
                if try await bench.read({ try $0.search("three", for: ids[1]).items.count }) > 0 { break }
            }
            func found(_ request: SearchRequest, _ user: UserID?) async throws -> [MessageID] {
                try await bench.read { try $0.search(request, for: user).items.map(\.message.id) }
            }
            try expectEqual(try await found(SearchRequest("word", from: ids[0]), ids[0]), [first.id])
            try expectEqual(try await found(SearchRequest("word", from: UserID("nobody")), ids[0]), [])
            try expectEqual(try await found(SearchRequest("word"), nil), [third.id, second.id, first.id])
            try expectEqual(try await found(SearchRequest("word", in: one), nil), [second.id, first.id])
            let (before, after) = (first.createdAt, third.createdAt.advanced(by: .milliseconds(1)))
            try expectEqual(try await found(SearchRequest("word", before: before), nil), [])
            try expectEqual(try await found(SearchRequest("word", after: after), nil), [])
            try expectEqual(try await found(SearchRequest("word", before: after, after: before), nil).count, 3)
        },
    ]
}
