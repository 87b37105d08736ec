import SocketServer
import Testing

@testable import parley

@Suite("Descriptors for connections")
struct DescriptorBudgetTests {
    @Test(
        "Connections stay below the limit by the reserve, and sessions below connections",
        arguments: [256, 1024, 4096])
    func few(limit: Int) {
        let budget = DescriptorBudget(limit: limit, threads: 2, readers: 2, sessions: 20_000)
        #expect(budget.isEnough)
        #expect(budget.connections + budget.reserve == limit)
        #expect(budget.sessions < budget.connections)
        var limits = SocketServerLimits()
        budget.apply(to: &limits)
        #expect(limits.maxConnections == budget.connections)
        #expect(limits.strangers.total <= limits.strangers.crowd)
        #expect(limits.strangers.crowd <= budget.connections)
    }

    @Test("With enough of them everything is as configured, however many there are", arguments: [1_048_576, Int.max])
    func many(limit: Int) {
        let budget = DescriptorBudget(limit: limit, threads: 8, readers: 2, sessions: 20_000)
        #expect(budget.sessions == 20_000)
        #expect(budget.connections == 65_536)
        var limits = SocketServerLimits()
        budget.apply(to: &limits)
        #expect(limits.strangers.total == 2000 && limits.strangers.perAddress == 20)
    }

    @Test(
        "Fewer connections than were asked for are a remark, and so are few that nobody asked for",
        arguments: [
            (4096, 20_000, false, true), (4096, 20_000, true, false), (1024, 20_000, true, true),
            (1024, 500, false, false), (1_048_576, 20_000, false, false), (1_048_576, 20_000, true, false),
        ])
    func remark(limit: Int, asked: Int, isDefault: Bool, isSaid: Bool) {
        let budget = DescriptorBudget(limit: limit, threads: 2, readers: 2, sessions: asked)
        let remark = budget.remark(asked: asked, isDefault: isDefault)
        #expect((remark != nil) == isSaid)
        if let shown = remark?.metadata["parley.max-connections"] {
            #expect(String(describing: shown) == String(budget.sessions))
        }
    }

    @Test("Too few are told, with how many would do")
    func tooFew() {
        let budget = DescriptorBudget(limit: 100, threads: 2, readers: 2, sessions: 20_000)
        #expect(!budget.isEnough)
        #expect(DescriptorBudget(limit: budget.leastLimit, threads: 2, readers: 2, sessions: 20_000).isEnough)
    }
}
