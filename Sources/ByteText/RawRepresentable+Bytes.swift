extension CaseIterable where Self: RawRepresentable, RawValue == String {
    /// The case of that name; `nil` for every other text, however long. `init(rawValue:)` would compare by canonical
    /// equivalence.
    public init?(named name: ByteString) {
        guard let found = Self.allCases.first(where: { ByteString($0.rawValue) == name }) else { return nil }
        self = found
    }
}
