import NIOCore

/// Those who may have to give way: in the order they came, by address, and the addresses by how many they have.
///
/// All operations take constant time whatever the number, but that ``oldestOfMost`` steps down over counts that nobody
/// has any more, each of which one addition went up.
struct StrangerList {
    /// The strangers of one address.
    final class Address {
        let key: AddressKey
        fileprivate(set) var count = 0
        fileprivate(set) unowned(unsafe) var first: Stranger?
        fileprivate(set) unowned(unsafe) var last: Stranger?
        // Among the addresses that have as many.
        fileprivate unowned(unsafe) var next: Address?
        fileprivate unowned(unsafe) var previous: Address?

        fileprivate init(_ key: AddressKey) { self.key = key }
    }

    private(set) var count = 0
    private var first: Stranger?
    private unowned(unsafe) var last: Stranger?
    private var addresses: [AddressKey: Address] = [:]
    /// The first and the last address that have `index` strangers. An address is kept alive by its strangers.
    private var byCount: [(first: Unmanaged<Address>?, last: Unmanaged<Address>?)] = [(nil, nil)]
    /// No address has more.
    private var most = 0

    /// The one that came first.
    var oldest: Stranger? { first }

    func count(of key: AddressKey) -> Int { addresses[key]?.count ?? 0 }

    /// The first of the address that has most.
    var oldestOfMost: Stranger? {
        mutating get {
            while most > 0, byCount[most].first == nil { most -= 1 }
            return most > 0 ? byCount[most].first?.takeUnretainedValue().first : nil
        }
    }

    /// The first of each address that has more than `bound`.
    func oldestOfEach(above bound: Int) -> [Stranger] {
        var found: [Stranger] = []
        for count in stride(from: most, to: max(0, bound), by: -1) {
            var address = byCount[count].first?.takeUnretainedValue()
            while let one = address {
                if let stranger = one.first { found.append(stranger) }
                address = one.next
            }
        }
        return found
    }

    // MARK: Changes

    /// Adds `stranger`, which is in no list, under its key, as the newest.
    mutating func append(_ stranger: Stranger, at now: NIODeadline) {
        stranger.since = now
        stranger.previous = last
        if let last { last.next = stranger } else { first = stranger }
        last = stranger
        count += 1

        let address = addresses[stranger.key] ?? Address(stranger.key)
        if address.count == 0 { addresses[stranger.key] = address }
        stranger.address = address
        stranger.previousOfAddress = address.last
        if let last = address.last { last.nextOfAddress = stranger } else { address.first = stranger }
        address.last = stranger
        change(address, by: 1)
    }

    /// Takes `stranger` out of this list, in which it is.
    mutating func remove(_ stranger: Stranger) {
        guard let address = stranger.address else { return }
        if let next = stranger.nextOfAddress {
            next.previousOfAddress = stranger.previousOfAddress
        } else {
            address.last = stranger.previousOfAddress
        }
        if let previous = stranger.previousOfAddress {
            previous.nextOfAddress = stranger.nextOfAddress
        } else {
            address.first = stranger.nextOfAddress
        }
        stranger.nextOfAddress = nil
        stranger.previousOfAddress = nil
        change(address, by: -1)
        if address.count == 0 { addresses[address.key] = nil }
        stranger.address = nil

        let (next, previous) = (stranger.next, stranger.previous)
        if let next { next.previous = previous } else { last = previous }
        if let previous { previous.next = next } else { first = next }
        stranger.next = nil
        stranger.previous = nil
        count -= 1
    }

    private mutating func change(_ address: Address, by step: Int) {
        if address.count > 0 { unlink(address) }
        address.count += step
        if address.count > 0 { link(address) }
    }

    private mutating func link(_ address: Address) {
        let count = address.count
        if count == byCount.count { byCount.append((nil, nil)) }
        address.previous = byCount[count].last?.takeUnretainedValue()
        address.next = nil
        if let last = address.previous { last.next = address } else { byCount[count].first = .passUnretained(address) }
        byCount[count].last = .passUnretained(address)
        most = max(most, count)
    }

    private mutating func unlink(_ address: Address) {
        let (next, previous) = (address.next, address.previous)
        if let next {
            next.previous = previous
        } else {
            byCount[address.count].last = previous.map { .passUnretained($0) }
        }
        if let previous {
            previous.next = next
        } else {
            byCount[address.count].first = next.map { .passUnretained($0) }
        }
        address.next = nil
        address.previous = nil
    }
}
