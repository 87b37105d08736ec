/// A page of a list: `limit` items after the place `after`.
public struct PageRequest: Sendable, Hashable {
    /// The `next` of the page before; opaque.
    public var after: String?
    /// 1–200.
    public var limit: Int

    public init(after: String? = nil, limit: Int = 50) {
        self.after = after
        self.limit = limit
    }

    /// Items of the page: 1–200, whatever was asked for.
    public var count: Int { min(200, max(1, limit)) }

    /// The place that ``after`` stands for: the key of the last item before; 0 for none.
    ///
    /// - Throws: `invalid` for a cursor that no page gave.
    public func place() throws(ChatError) -> Int64 {
        guard let after else { return 0 }
        guard let place = Int64(after, radix: 36), place >= 0 else {
            throw ChatError(.invalid, "This is no `next` of a page.", field: "after")
        }
        return place
    }
}

public struct Page<Item: Sendable>: Sendable {
    public var items: [Item]
    /// Where the next page begins; `nil` at the end.
    public var next: String?

    public init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    /// - Parameter found: items and their keys, one more than asked for if there are so many.
    public init(_ found: [(key: Int64, item: Item)], count: Int) {
        let shown = found.prefix(count)
        items = shown.map(\.item)
        next = found.count > count ? shown.last.map { Self.cursor($0.key) } : nil
    }

    /// What stands for the place after the item of that key.
    public static func cursor(_ key: Int64) -> String { String(key, radix: 36) }
}
