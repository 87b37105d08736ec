/// A dictionary that forgets what was not used lately.
///
/// Entries live in a young and an old generation; a hit in the old one moves the entry to the young one. When the
/// young one is full, ``age()`` drops the old one and begins a new young one: never more than twice `limit` entries,
/// each used entry stays, and nothing is paid on a hit.
struct TwoGenerationCache<Key: Hashable, Value> {
    /// Entries of one generation.
    let limit: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(limit: Int) { self.limit = limit }

    var count: Int { young.count + old.count }

    subscript(_ key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            young[key] = value
            return value
        }
        set {
            old[key] = nil
            young[key] = newValue
        }
    }

    /// Forgets what was not used since the one before the last full generation; to be called when nothing cached is
    /// still to be written.
    mutating func age() {
        guard young.count >= limit else { return }
        old = young
        young = [:]
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
