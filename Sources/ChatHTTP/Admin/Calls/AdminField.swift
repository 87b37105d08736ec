import ByteText

/// What a field of a body, or a parameter of a query, holds.
indirect enum AdminShape: Sendable {
    /// A text on which it depends what the call does: an id, a name of somebody or something. A blank, as an empty
    /// variable of a template leaves it, is refused instead of taken for nothing.
    case text
    /// What people are shown, or look for: a blank says nothing, and is as good as none.
    case freeText
    case integer(ClosedRange<Int64>)
    case boolean
    /// One of these words.
    case choice([String])
    case list(AdminShape)
    case object([AdminField])

    /// Names somebody or something.
    static let reference = AdminShape.text
}

/// A field of a body or a parameter of a query, as the call declares it: what the desk checks and what the description
/// says are made from this.
struct AdminField: Sendable {
    enum Need: Sendable {
        case required
        /// `null` is as good as nothing, and so is a blank of free text.
        case optional
        /// `null` clears what was there, and so does a blank of free text.
        case clearable
        /// Left out it stays, and there is always one: `null` is not taken.
        case changeable
    }

    let name: ByteString
    let shape: AdminShape
    let need: Need
    let note: String?
    /// What counts when it is left out, as JSON has it.
    let standard: String?

    private init(_ name: String, _ shape: AdminShape, _ need: Need, _ note: String?, _ standard: String? = nil) {
        self.name = ByteString(name)
        self.shape = shape
        self.need = need
        self.note = note
        self.standard = standard
    }

    static func required(_ name: String, _ shape: AdminShape, _ note: String? = nil) -> AdminField {
        AdminField(name, shape, .required, note)
    }

    static func optional(
        _ name: String, _ shape: AdminShape, _ note: String? = nil, standard: String? = nil
    ) -> AdminField { AdminField(name, shape, .optional, note, standard) }

    static func clearable(_ name: String, _ shape: AdminShape, _ note: String? = nil) -> AdminField {
        AdminField(name, shape, .clearable, note)
    }

    static func changeable(_ name: String, _ shape: AdminShape) -> AdminField {
        AdminField(name, shape, .changeable, nil)
    }

    /// `?limit=` and `?after=`.
    static let page: [AdminField] = [
        .optional("limit", .integer(1...200), standard: "50"), .optional("after", .freeText, "next of the page before"),
    ]
}
