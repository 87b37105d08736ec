import NIOCore
import Synchronization
import Testing

@testable import SocketServer

@Suite("Strangers give way")
struct ConnectionRegistryTests {
    /// A registry whose time moves by hand, and who was ended in it.
    private final class Door: Sendable {
        let time = Mutex(NIODeadline.uptimeNanoseconds(1_000_000_000))
        let ended = Mutex<[String]>([])
        let budget: RequestBudget
        private let made = Mutex<ConnectionRegistry?>(nil)

        init(_ limits: StrangerLimits, rate: Int = 0) {
            // Its time stands still: nothing leaks away.
            budget = RequestBudget(rate: rate) { .uptimeNanoseconds(1_000_000_000) }
            made.withLock { $0 = ConnectionRegistry(limits: limits, budget: budget) { [self] in time.withLock { $0 } } }
        }

        var registry: ConnectionRegistry { made.withLock { $0 } ?? ConnectionRegistry(limits: .init(), budget: budget) }
        var gone: [String] { ended.withLock { $0 } }

        func pass(_ time: TimeAmount) { self.time.withLock { $0 = $0 + time } }

        func arrive(_ name: String, from address: String) -> Stranger {
            registry.arrive(AddressKey(address)) { [self] in ended.withLock { $0.append(name) } }
        }
    }

    private static let limits = StrangerLimits(
        total: 6, perAddress: 2, crowdOfAddress: 5, crowd: 12, resting: 4, grace: .seconds(3))

    @Test("Past the bound of an address its oldest goes, once it had its time")
    func perAddress() {
        let door = Door(Self.limits)
        _ = door.arrive("a", from: "10.0.0.1")
        door.pass(.seconds(1))
        _ = door.arrive("b", from: "10.0.0.1")
        _ = door.arrive("c", from: "10.0.0.1")
        #expect(door.gone.isEmpty)
        door.pass(.seconds(2))
        _ = door.arrive("d", from: "10.0.0.1")
        #expect(door.gone == ["a"])
        // Those who are over the bound go by themselves.
        door.pass(.seconds(3))
        door.registry.trim()
        #expect(door.gone == ["a", "b"])
        #expect(door.registry.strangerCount == 2)
    }

    @Test("Nobody waits for a crowd of one address: past its bound the oldest goes, however young")
    func crowdOfAddress() {
        let door = Door(Self.limits)
        for number in 1...7 { _ = door.arrive("\(number)", from: "10.0.0.1") }
        #expect(door.gone == ["1", "2"])
    }

    @Test("Past the bound of all the oldest of the address that has most makes room, and one that has few stays")
    func fairness() {
        let door = Door(Self.limits)
        _ = door.arrive("user", from: "10.0.0.9")
        for number in 1...5 { _ = door.arrive("\(number)", from: "10.0.0.1") }
        #expect(door.gone.isEmpty)
        _ = door.arrive("other", from: "10.0.0.8")
        #expect(door.gone == ["1"])
    }

    @Test("A crowd from many addresses may be larger for as long as it is young")
    func crowd() {
        let door = Door(Self.limits)
        for number in 1...12 { _ = door.arrive("\(number)", from: "10.0.0.\(number)") }
        #expect(door.gone.isEmpty)
        _ = door.arrive("13", from: "10.0.0.13")
        #expect(door.gone == ["1"])
        door.pass(.seconds(3))
        _ = door.arrive("14", from: "10.0.0.14")
        #expect(door.gone == ["1", "2"])
    }

    @Test("Who was vouched for keeps the place; who rests after it goes when nobody else can")
    func vouched() {
        let door = Door(Self.limits)
        let signedIn = door.arrive("user", from: "10.0.0.1")
        signedIn.vouch()
        let resting = door.arrive("resting", from: "10.0.0.1")
        resting.vouch()
        door.registry.rest(resting)
        let newcomer = door.arrive("new", from: "10.0.0.2")
        #expect(door.registry.strangerCount == 1)
        #expect(door.registry.giveWay(to: newcomer))
        #expect(door.gone == ["resting"])
        #expect(!door.registry.giveWay(to: newcomer))
        newcomer.leave()
        resting.leave()
        signedIn.leave()
    }

    @Test("What was told to go is not listed again, whatever it does meanwhile")
    func ended() {
        let door = Door(Self.limits)
        let one = door.arrive("one", from: "10.0.0.1")
        #expect(door.registry.giveWay(to: nil))
        one.vouch()
        door.registry.rest(one)
        one.becomeStranger(AddressKey("10.0.0.2"))
        #expect(door.registry.strangerCount == 0 && !one.isVouched)
        one.leave()
        #expect(door.gone == ["one"])
    }

    @Test("A session without a token makes room for another's: old ones, and those of an address with more")
    func sessions() {
        let door = Door(Self.limits)
        for number in 1...3 { door.arrive("\(number)", from: "10.0.0.1").becomeSession() }
        // Its own address has as many; and they are young.
        #expect(!door.registry.endStrangersSession(for: AddressKey("10.0.0.1")))
        #expect(door.registry.endStrangersSession(for: AddressKey("10.0.0.2")))
        #expect(door.gone == ["1"])
        door.pass(.seconds(4))
        #expect(door.registry.endStrangersSession(for: AddressKey("10.0.0.1")))
        #expect(door.gone == ["1", "2"])
    }

    @Test("Requests that a token vouches for in the end cost an address nothing")
    func budget() {
        let door = Door(Self.limits, rate: 1)
        for _ in 0..<100 {
            let one = door.arrive("one", from: "10.0.0.1")
            #expect(door.registry.charge(one, hasToken: false))
            one.vouch()
            one.leave()
        }
        let flood = door.arrive("flood", from: "10.0.0.1")
        var served = 0
        for _ in 0..<100 where door.registry.charge(flood, hasToken: false) { served += 1 }
        #expect(served == 6)
        #expect(door.registry.charge(door.arrive("other", from: "10.0.0.2"), hasToken: false))
    }

    @Test("A request that was refused was charged nothing, and gives nothing back when a token vouches for it")
    func refused() {
        let door = Door(Self.limits, rate: 1)
        let flood = door.arrive("flood", from: "10.0.0.1")
        while door.registry.charge(flood, hasToken: false) {}
        for _ in 0..<10 {
            let one = door.arrive("one", from: "10.0.0.1")
            #expect(!door.registry.charge(one, hasToken: false))
            one.vouch()
            one.leave()
        }
        #expect(!door.registry.charge(flood, hasToken: false))
    }

    @Test("The table of addresses is bounded")
    func bounded() {
        let budget = RequestBudget(rate: 1)
        for number in 0..<(RequestBudget.capacity + 500) {
            _ = budget.charge(AddressKey("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"), hasToken: false)
        }
        #expect(budget.addressCount <= RequestBudget.capacity)
    }
}
