/// What the first bytes of a file tell.
enum FileVerdict: Hashable {
    /// Too few bytes to tell.
    case undecided
    /// Nothing that is told by its bytes.
    case unknown
    /// Of this type; what is said of its size may change with bytes that have not come.
    case ahead(FileTraits)
    case told(FileTraits)

    var isFinal: Bool {
        switch self {
        case .undecided, .ahead: false
        case .unknown, .told: true
        }
    }
}

extension FileTraits {
    /// A type, and a size where there is one: neither no pixels at all, nor more than a picture has.
    ///
    /// - Parameter turned: by a quarter: what is stored as the width is shown as the height.
    init(_ type: String, _ size: (width: Int, height: Int)?, turned: Bool = false) {
        self.init(mimeType: type)
        let sides = 1...Int(Int32.max)
        guard let size, sides.contains(size.width), sides.contains(size.height) else { return }
        (width, height) = turned ? (size.height, size.width) : (size.width, size.height)
    }
}
