import ByteText

/// What a field of a body, or a parameter of a query, holds.
indirect enum AdminShape: Sendable {
    case text
    case integer(ClosedRange<Int64>)
    case boolean
    /// One of these words.
    case choice([String])
    case list(AdminShape)
    case object([AdminField])
}

/// A field of a body or a parameter of a query, as the call declares it: what the desk checks and what the description
/// says are made from this.
struct AdminField: Sendable {
    enum Need: Sendable {
        case required
        /// `null` and a blank are as good as nothing.
        case optional
        /// `null` and a blank clear what was there.
        case clearable
        /// Left out it stays, and there is always one: neither `null` nor a blank is taken.
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
        .optional("limit", .integer(1...200), standard: "50"), .optional("after", .text, "next of the page before"),
    ]
}
