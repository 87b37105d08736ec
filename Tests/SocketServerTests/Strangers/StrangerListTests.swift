import NIOCore
import Testing

@testable import SocketServer

@Suite("Strangers by age and by address")
struct StrangerListTests {
    private static let registry = ConnectionRegistry(limits: StrangerLimits(), budget: RequestBudget(rate: 0))

    private func stranger(_ address: String) -> Stranger {
        Stranger(registry: Self.registry, key: AddressKey(address), end: {})
    }

    @Test("The oldest comes first, of all and of the address that has most")
    func order() {
        var list = StrangerList()
        let all = ["10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3"].map(stranger)
        for (second, one) in all.enumerated() { list.append(one, at: .uptimeNanoseconds(UInt64(second))) }
        #expect(list.count == 4)
        #expect(list.oldest === all[0])
        let ofMost = list.oldestOfMost
        #expect(ofMost === all[1])
        #expect(list.oldestOfEach(above: 1).map(ObjectIdentifier.init) == [ObjectIdentifier(all[1])])
        list.remove(all[1])
        #expect(list.count(of: AddressKey("10.0.0.2")) == 1)
        #expect(list.oldestOfEach(above: 1).isEmpty)
        list.remove(all[0])
        #expect(list.oldest === all[2])
        for one in [all[3], all[2]] { list.remove(one) }
        let nobody = list.oldestOfMost
        #expect(list.count == 0 && list.oldest == nil && nobody == nil)
    }

    @Test("Whatever comes and goes, the list says what a plain count says", arguments: 1...20)
    func model(seed: UInt64) {
        var random = SplitMix(state: seed)
        var list = StrangerList()
        var model: [Stranger] = []
        for step in 0..<2000 {
            if model.isEmpty || Int.random(in: 0..<100, using: &random) < 55 {
                let one = stranger("10.0.0.\(Int.random(in: 0..<12, using: &random))")
                list.append(one, at: .uptimeNanoseconds(UInt64(step)))
                model.append(one)
            } else {
                list.remove(model.remove(at: Int.random(in: 0..<model.count, using: &random)))
            }
            #expect(list.count == model.count)
            #expect(list.oldest === model.first)
            let counts = Dictionary(grouping: model) { $0.key }.mapValues(\.count)
            let most = counts.values.max() ?? 0
            let first = list.oldestOfMost
            #expect(first.map { counts[$0.key] ?? 0 } ?? 0 == most)
            if let first { #expect(model.first { $0.key == first.key } === first) }
            let above = list.oldestOfEach(above: 3)
            #expect(Set(above.map(\.key)) == Set(counts.filter { $0.value > 3 }.keys))
        }
        for one in model { list.remove(one) }
    }

    @Test("An IPv6 client is its /64, an IPv4 one itself, however it is written")
    func keys() throws {
        #expect(AddressKey("2001:db8:1:2::1") == AddressKey("2001:db8:1:2:ffff::9"))
        #expect(AddressKey("2001:db8:1:2::1") != AddressKey("2001:db8:1:3::1"))
        #expect(AddressKey("192.0.2.1") == AddressKey("::ffff:192.0.2.1"))
        #expect(AddressKey("192.0.2.1") != AddressKey("192.0.2.2"))
        #expect(AddressKey(try SocketAddress(ipAddress: "192.0.2.1", port: 9)) == AddressKey("192.0.2.1"))
        #expect(AddressKey(try SocketAddress(ipAddress: "2001:db8::7", port: 9)) == AddressKey("2001:db8::1"))
        #expect(AddressKey(try SocketAddress(ipAddress: "::ffff:192.0.2.1", port: 9)) == AddressKey("192.0.2.1"))
        #expect(AddressKey(nil) == .unix && AddressKey("unix") == .unix)
        #expect(AddressKey("::1") != .unix)
    }
}
