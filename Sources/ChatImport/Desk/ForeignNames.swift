import ByteText
import ChatCore

/// Names of other programs, made to fit.
enum ForeignNames {
    /// What may be a username: the name, cut to its length, without what no username has; `nil` when nothing is left.
    static func username(_ name: ByteString) -> String? {
        let scalars = name.prefix(atMost: 512).string.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
            case .format: isJoiner(scalar)
            default: true
            }
        }
        func username(_ scalars: [Unicode.Scalar]) -> String? {
            allowed { () throws(ChatError) in
                try FieldRules.username(String(String.UnicodeScalarView(scalars.prefix(64))))
            }
        }
        // Joiners belong to words of some scripts and to emoji; elsewhere they are none of a name's.
        return username(Array(scalars)) ?? username(scalars.filter { !Visibility.isInvisible($0) })
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{200C}" || scalar == "\u{200D}" }

    /// What a rule makes of a text; `nil` for what it refuses.
    private static func allowed(_ rule: () throws(ChatError) -> String?) -> String? {
        do {
            return try rule()
        } catch {
            return nil
        }
    }

    /// With a number behind it: of the second of a name `-2`.
    static func numbered(_ username: String, _ number: Int) -> String {
        let suffix = "-\(number)"
        return String(String.UnicodeScalarView(username.unicodeScalars.prefix(64 - suffix.utf8.count))) + suffix
    }

    /// A display name or a chat's name; `nil` for one that cannot be any.
    static func name(_ text: ByteString?) -> String? {
        guard let text else { return nil }
        let scalars = text.prefix(atMost: 1600).string.unicodeScalars.prefix(200)
        return allowed { () throws(ChatError) in
            try FieldRules.optionalName(String(String.UnicodeScalarView(scalars)), field: "name")
        }
    }

    static func avatar(_ text: ByteString?) -> String? {
        guard let text, text.startsIgnoringCase(with: "https://") else { return nil }
        return allowed { () throws(ChatError) in try FieldRules.avatarURL(text.string) }
    }
}
