/// The statements of a connection, by the address of the constant each was made of. A send looks for several: a slot by
/// a product of the address is found in a few instructions, where a `Dictionary` hashes against texts that strangers
/// chose.
struct StatementTable {
    private struct Slot {
        let constant: UnsafePointer<UInt8>
        let statement: PreparedStatement
    }

    /// A power of two of them, at most half of them taken; a slot that is taken is followed by the next free one.
    private var slots: [Slot?] = Array(repeating: nil, count: 64)
    private var count = 0

    subscript(_ constant: UnsafePointer<UInt8>) -> PreparedStatement? {
        var place = place(of: constant)
        while let slot = slots[place] {
            if slot.constant == constant { return slot.statement }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds one that is not there.
    mutating func add(_ statement: PreparedStatement, for constant: UnsafePointer<UInt8>) {
        if count * 2 >= slots.count {
            let old = slots
            slots = Array(repeating: nil, count: old.count * 2)
            for case let slot? in old { put(slot) }
        }
        put(Slot(constant: constant, statement: statement))
        count += 1
    }

    mutating func removeAll() { self = StatementTable() }

    private mutating func put(_ slot: Slot) {
        var place = place(of: slot.constant)
        while slots[place] != nil { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }

    private func place(of constant: UnsafePointer<UInt8>) -> Int {
        let product = UInt64(UInt(bitPattern: constant)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: product >> 32) & (slots.count - 1)
    }
}
