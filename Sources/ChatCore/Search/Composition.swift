/// Scalars that are one letter together.
enum Composition {
    /// A letter and a mark behind it.
    static func letter(_ letter: UInt32, _ mark: UInt32) -> UInt32? { letters[UInt64(letter) << 32 | UInt64(mark)] }

    /// Syllables of Hangul: a leading consonant and a vowel, or such a syllable and a trailing consonant (The Unicode
    /// Standard, section 3.12).
    static func hangul(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (0x1100...0x1112).contains(first), (0x1161...0x1175).contains(second) {
            return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
        }
        guard (0xAC00...0xD7A3).contains(first), (first - 0xAC00).isMultiple(of: 28),
            (0x11A8...0x11C2).contains(second)
        else { return nil }
        return first + (second - 0x11A7)
    }

    /// The ring of Thai and Lao that is written with a tone mark in either order.
    static func isNikhahit(_ scalar: UInt32) -> Bool { scalar == 0x0E4D || scalar == 0x0ECD }

    /// Letter and what it becomes, by the mark: the same as `Tests/Unicode/search_table.py` keeps.
    private static let letters: [UInt64: UInt32] = {
        let pairs: [(mark: UInt32, letters: String)] = [
            (0x3099, "うゔかがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼゝゞ"),
            (0x3099, "ウヴカガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボワヷヰヸヱヹヲヺヽヾ"),
            (0x309A, "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"),
            (0x0306, "ийуў"), (0x0308, "ії"), (0x0301, "гѓкќ"),
        ]
        var table: [UInt64: UInt32] = [:]
        for (mark, letters) in pairs {
            let scalars = Array(letters.unicodeScalars)
            for place in stride(from: 0, to: scalars.count - 1, by: 2) {
                table[UInt64(scalars[place].value) << 32 | UInt64(mark)] = scalars[place + 1].value
            }
        }
        return table
    }()
}
