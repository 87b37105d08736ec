import NIOCore
import NIOEmbedded
import Testing

@testable import SocketServer

/// Notes what an account tells.
private final class Owner: ByteAccountOwner {
    private(set) var told: [String] = []

    func accountBecameFull(_ account: ByteAccount) { told.append("full") }
    func accountHasRoom(_ account: ByteAccount) { told.append("room") }
    func accountIsFullOfInput(_ account: ByteAccount) { told.append("input") }
    func accountMustGo(_ account: ByteAccount) { told.append("go") }
}

@Suite("The account of a connection")
struct ByteAccountTests {
    private let loop = EmbeddedEventLoop()

    @Test("It is full at its limit, and has room again when a quarter is free")
    func limit() {
        let owner = Owner()
        let account = ByteAccount(limit: 1000, eventLoop: loop, owner: owner)
        account.charge(999)
        #expect(!account.isFull && account.room == 1)
        account.charge(500)
        #expect(account.isFull && account.room == 0 && owner.told == ["full"])
        account.release(700)
        #expect(account.isFull && owner.told == ["full"])
        account.release(49)
        #expect(!account.isFull && owner.told == ["full", "room"])
    }

    @Test("A limit that is raised makes room")
    func raised() {
        let owner = Owner()
        let account = ByteAccount(limit: 100, eventLoop: loop, owner: owner)
        account.charge(100)
        account.limit = 1000
        #expect(!account.isFull && owner.told == ["full", "room"])
    }

    @Test("A lease, a level and a queue give back what they took, whatever becomes of them")
    func leases() {
        let account = ByteAccount(limit: 1000, eventLoop: loop)
        do {
            var lease = account.lease(10)
            lease.change(to: 30)
            lease.change(to: 20)
            var level = AccountedLevel(of: account)
            level.set(500)
            level.set(100)
            let queue = AccountedQueue<String>(of: account)
            queue.append("a", size: 1)
            queue.append("b", size: 2)
            queue.prepend("c", size: 4)
            #expect(account.used == 127 && queue.size == 7)
            #expect(queue.popFirst() == "c" && queue.popFirst() == "a")
            #expect(account.used == 122 && queue.first == "b")
        }
        #expect(account.used == 0)
    }

    @Test("Input that fills it alone is told; beside others it waits")
    func unfinished() {
        let owner = Owner()
        let account = ByteAccount(limit: 1000, eventLoop: loop, owner: owner)
        var level = AccountedLevel(of: account, isUnfinishedInput: true)
        let other = account.lease(500)
        level.set(600)
        #expect(owner.told == ["full"])
        _ = consume other
        level.set(1000)
        #expect(owner.told.contains("input"))
    }

    @Test("What little an idle connection keeps is not drawn; more is, in steps")
    func draws() {
        let pool = MemoryPool(limit: 1 << 20)
        let account = ByteAccount(
            limit: 1 << 20, terms: .init(eventLoop: loop, pool: pool), owner: Owner())
        account.charge(4000)
        #expect(pool.used == 0 && pool.accountCount == 0)
        account.charge(1000)
        #expect(pool.used == ByteAccount.step && pool.accountCount == 1)
        account.charge(100_000)
        #expect(pool.used >= account.used - ByteAccount.free && pool.used <= account.used + ByteAccount.step)
        account.release(105_000)
        #expect(pool.used == 0 && pool.accountCount == 0)
    }

    @Test("Past the limit of all the largest go, one after the other, until the rest fits")
    func largestGo() {
        let pool = MemoryPool(limit: 300_000)
        let terms = ByteAccount.Terms(eventLoop: loop, pool: pool)
        let owners = (0..<4).map { _ in Owner() }
        let accounts = owners.map { ByteAccount(limit: 1 << 20, terms: terms, owner: $0) }
        for (account, size) in zip(accounts, [10_000, 200_000, 50_000, 60_000]) { account.charge(size) }
        loop.run()
        #expect(owners.map(\.told) == [[], ["go"], [], []])
        #expect(pool.isFull && pool.accountsGivenUp == 1)
        // It is on its way: the others are not held to account for it.
        accounts[0].charge(100_000)
        loop.run()
        #expect(owners.map(\.told) == [[], ["go"], [], []])
        accounts[1].close()
        #expect(!pool.isFull)
    }

    @Test("One that is closed, or let go, draws nothing, and tells nobody")
    func closed() {
        let pool = MemoryPool(limit: 1 << 20)
        let terms = ByteAccount.Terms(eventLoop: loop, pool: pool)
        let owner = Owner()
        let account = ByteAccount(limit: 100_000, terms: terms, owner: owner)
        account.charge(90_000)
        account.close()
        account.charge(90_000)
        #expect(pool.used == 0 && owner.told.isEmpty)
        do {
            let short = ByteAccount(limit: 100_000, terms: terms, owner: owner)
            short.charge(50_000)
            #expect(pool.used > 0)
        }
        #expect(pool.used == 0 && pool.accountCount == 0)
    }
}
