/// Tells by its bytes whether a file is an image that browsers may show, and how large it is. CONTRACT section 4.
///
/// Takes the file as it comes, in parts of any size, and keeps of it what may still be needed: nothing once the answer
/// is known, ``limit`` bytes at most. Whatever the bytes are, it neither traps nor takes longer than they are long.
public struct ImageProbe: Sendable {
    /// Bytes from the beginning that are looked at. The size of a JPEG stands behind its metadata; past this one has a
    /// type and no size.
    public static let limit = 262_144

    private var prefix: [UInt8] = []
    private var verdict = ImageVerdict.undecided
    /// How much of the prefix there was at the last look: a long one is looked at again when it has doubled.
    private var looked = 0

    public init() {}

    /// The next bytes of the file.
    public mutating func take(_ bytes: some Collection<UInt8>) {
        guard !verdict.isFinal, prefix.count < Self.limit else { return }
        prefix.append(contentsOf: bytes.prefix(Self.limit - prefix.count))
        if prefix.count >= looked * 2 || prefix.count == Self.limit { look() }
    }

    /// What the file is, as far as it came; `nil` for no image of ours.
    public mutating func finish() -> FileTraits? {
        if !verdict.isFinal, prefix.count > looked { look() }
        prefix = []
        switch verdict {
        case .undecided, .noImage: return nil
        case .sizeAhead(let type): return FileTraits(mimeType: type)
        case .image(let type, let size):
            return FileTraits(mimeType: type, width: size?.width, height: size?.height)
        }
    }

    private mutating func look() {
        looked = prefix.count
        verdict = ImageHeader(prefix).verdict
        if verdict.isFinal { prefix = [] }
    }
}
