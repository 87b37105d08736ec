/// Tells by its bytes what a file is, where browsers act on that, and how large a picture is shown. CONTRACT section 4.
///
/// Takes the file as it comes, in parts of any size, and keeps of it what may still be needed: nothing once the answer
/// is known, ``limit`` bytes at most. Whatever the bytes are, it neither traps nor takes longer than they are long.
public struct FileProbe: Sendable {
    /// Bytes from the beginning that are looked at. The size of a JPEG stands behind its metadata; past this one has a
    /// type and no size.
    public static let limit = 262_144

    private let declaredType: String?
    private var prefix: [UInt8] = []
    private var verdict = FileVerdict.undecided
    /// How much of the prefix there was at the last look: a long one is looked at again when it has doubled.
    private var looked = 0

    /// - Parameter declaredType: what its sender calls it, as a `Content-Type` does.
    public init(declaredType: String? = nil) { self.declaredType = declaredType }

    /// The next bytes of the file.
    public mutating func take(_ bytes: some Collection<UInt8>) {
        guard !verdict.isFinal, prefix.count < Self.limit else { return }
        prefix.append(contentsOf: bytes.prefix(Self.limit - prefix.count))
        if prefix.count >= looked * 2 || prefix.count == Self.limit { look() }
    }

    /// What the file is, as far as it came: what its bytes tell, else what it is called, if that is harmless
    /// (``MediaTypes``).
    public mutating func finish() -> FileTraits {
        if !verdict.isFinal, prefix.count > looked { look() }
        prefix = []
        switch verdict {
        case .undecided, .unknown: return FileTraits(mimeType: MediaTypes.declared(declaredType))
        case .ahead(var traits), .told(var traits):
            traits.mimeType = MediaTypes.refined(traits.mimeType, by: declaredType)
            return traits
        }
    }

    private mutating func look() {
        looked = prefix.count
        verdict = FileHeader(prefix).verdict
        if verdict.isFinal { prefix = [] }
    }
}
