/// What the first bytes of a file tell.
enum ImageVerdict: Hashable {
    struct Size: Hashable {
        var width: Int
        var height: Int

        /// `nil` for no pixels at all, and for more than a picture has.
        init?(_ width: Int, _ height: Int) {
            let sides = 1...Int(Int32.max)
            guard sides.contains(width), sides.contains(height) else { return nil }
            self.width = width
            self.height = height
        }
    }

    /// Too few bytes to tell.
    case undecided
    case noImage
    /// An image of this MIME type; its size may be in bytes that have not come.
    case sizeAhead(String)
    /// An image; no size where its header tells none.
    case image(String, Size?)

    var isFinal: Bool {
        switch self {
        case .undecided, .sizeAhead: false
        case .noImage, .image: true
        }
    }
}
