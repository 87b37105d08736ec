import NIOCore
import NIOHTTP1
import Testing

@testable import SocketServer

/// An HTTP connection's requests, its end and its reading, without a socket.
@Suite("The machine of an HTTP connection")
struct HTTPConnectionMachineTests {
    typealias Machine = HTTPConnectionMachine

    private static let head = HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"))
    private static let body = HTTPServerRequestPart.body(ByteBuffer(string: "body"))
    private static let end = HTTPServerRequestPart.end(nil)

    private static func answer(outlives: Bool = true, started: Bool = false, open: Bool = true) -> Machine.Answer {
        Machine.Answer(outlivesInput: outlives, hasStarted: started, isOpen: open)
    }

    /// What leads to a state.
    enum Step: Sendable {
        case begin, beginLast, endRequest, respond, finish, inputEnds, wait
    }

    private func machine(_ steps: [Step]) -> Machine {
        var machine = Machine()
        for step in steps {
            switch step {
            case .begin: machine.begin(keepsAlive: true)
            case .beginLast: machine.begin(keepsAlive: false)
            case .endRequest: _ = machine.endRequest()
            case .respond:
                machine.responseEnds()
                _ = machine.afterResponse()
            case .finish: _ = machine.finish(isDraining: false, stopsDecoder: false)
            case .inputEnds: _ = machine.inputEnds()
            case .wait: _ = machine.hold(Self.head, limit: 1000)
            }
        }
        return machine
    }

    @Test("A part is dealt with, asks whether it may begin, or waits for the request in hand", arguments: [
        ([], HTTPConnectionMachineTests.head, .ifItMayBegin), ([.begin], body, .now), ([.begin], end, .now),
        ([.begin, .respond], body, .now), ([.begin, .endRequest], head, .later),
        ([.begin, .endRequest, .respond, .finish], head, .ifItMayBegin),
    ] as [([Step], HTTPServerRequestPart, Machine.Readiness)])
    func readiness(steps: [Step], part: HTTPServerRequestPart, readiness: Machine.Readiness) {
        #expect(machine(steps).readiness(of: part) == readiness)
    }

    @Test("A request is over once both sides are, in either order")
    func exchange() {
        var machine = machine([.begin])
        #expect(machine.endRequest() == .tellReceiver)
        machine.responseEnds()
        #expect(machine.afterResponse() == .finish)
        #expect(machine.finish(isDraining: false, stopsDecoder: false) == .request)
        machine.begin(keepsAlive: true)
        machine.responseEnds()
        #expect(machine.afterResponse() == .readRest)
        #expect(machine.endRequest() == .finish)
        machine.begin(keepsAlive: false)
        machine.responseEnds()
        #expect(machine.afterResponse() == .linger)
        #expect(Machine().hasExchange == false)
    }

    @Test("What follows an exchange depends on whether the connection is kept, and on its decoder", arguments: [
        (true, false, false, false, .request), (false, false, false, false, .linger),
        (true, true, false, false, .linger),
        (true, false, true, false, .replaceDecoder), (true, false, true, true, .linger),
    ] as [(Bool, Bool, Bool, Bool, Machine.Next)])
    func next(keeps: Bool, drains: Bool, stopsDecoder: Bool, hasEnded: Bool, next: Machine.Next) {
        var machine = machine([keeps ? .begin : .beginLast, .endRequest, .respond] + (hasEnded ? [.inputEnds] : []))
        #expect(machine.finish(isDraining: drains, stopsDecoder: stopsDecoder) == next)
        var uncoded = Machine()
        uncoded.readUncoded()
        uncoded.begin(keepsAlive: keeps)
        let same = stopsDecoder ? Machine.Next.request : next
        #expect(uncoded.finish(isDraining: drains, stopsDecoder: stopsDecoder) == same)
    }

    @Test("Of a body that comes after its answer no more is thrown away than the limit")
    func discarding() {
        var machine = machine([.begin])
        #expect(machine.body(100, discardLimit: 10) == .deliver)
        machine.responseEnds()
        #expect(machine.body(10, discardLimit: 10) == .discard)
        #expect(machine.body(1, discardLimit: 10) == .linger)
        machine.begin(keepsAlive: true)
        machine.responseEnds()
        #expect(machine.body(10, discardLimit: 10) == .discard)
    }

    @Test("Without input what came whole is answered, half a request is refused, nobody waits for long", arguments: [
        ([], nil, .linger), ([.wait], nil, .nothing), ([.begin, .endRequest], answer(), .armStall),
        ([.begin, .endRequest], answer(started: true), .nothing),
        ([.begin, .endRequest], answer(outlives: false), .abort), ([.begin], answer(), .refuse),
        ([.begin], answer(started: true), .abort), ([.begin], answer(started: true, open: false), .linger),
        ([.begin, .wait], answer(), .nothing),
    ] as [([Step], Machine.Answer?, Machine.WithoutInput)])
    func withoutInput(steps: [Step], answer: Machine.Answer?, step: Machine.WithoutInput) {
        var machine = machine(steps)
        #expect(machine.inputEnds() == true)
        #expect(machine.goOnWithoutInput(answer) == step)
        if step == .refuse { #expect(!machine.keepsAlive) }
        #expect(machine.linger() == true)
        #expect(machine.linger() == false)
        #expect(machine.inputEnds() == false)
        #expect(machine.goOnWithoutInput(answer) == .nothing)
    }

    @Test("Past the bound nothing is read, what comes nevertheless is dropped, and what came whole of it is kept")
    func waiting() {
        var machine = machine([.begin, .endRequest])
        for part in [Self.head, Self.body, Self.end, Self.head, Self.body] {
            #expect(machine.hold(part, limit: 100) == true)
        }
        #expect(machine.asksToRead(kept: 0, limit: 100) == false)
        #expect(machine.hold(Self.body, limit: 100) == false)
        machine.dropInput()
        #expect(!machine.takesInput && machine.waiting.count == 3)
        let left = [Self.head, Self.body, Self.end]
        for part in left { #expect(machine.takeWaiting() == part) }
        #expect(machine.takeWaiting() == nil)
        #expect(machine.waitingBytes == 0)
        #expect(machine.takePendingRead(kept: 0, limit: 100) == true)
        #expect(machine.takePendingRead(kept: 0, limit: 100) == false)
    }

    @Test("A body that nobody takes is not read; without an exchange there is none")
    func paused() {
        var machine = Machine()
        #expect(machine.setPaused(true) == false)
        #expect(machine.asksToRead(kept: 0, limit: 0) == true)
        machine.begin(keepsAlive: true)
        #expect(machine.setPaused(true) == true)
        #expect(machine.asksToRead(kept: 0, limit: 0) == false)
        #expect(machine.takePendingRead(kept: 0, limit: 0) == false)
        #expect(machine.setPaused(false) == true)
        #expect(machine.takePendingRead(kept: 0, limit: 0) == true)
        #expect(machine.setPaused(true) == true)
        machine.responseEnds()
        #expect(machine.afterResponse() == .readRest)
        #expect(!machine.isPaused)
    }

    @Test("At a deadline goes who asks nothing, who sends half, who takes too little and who has gone", arguments: [
        ([], false, 0, false, .close), ([.begin], false, 0, false, .close),
        ([.begin, .endRequest], false, 0, false, .nothing),
        ([.begin, .endRequest, .inputEnds], false, 0, false, .close),
        ([.begin, .endRequest, .inputEnds], false, 0, true, .nothing),
        ([.begin, .endRequest], true, 100, true, .close), ([.begin, .endRequest], true, 50, true, .wait),
    ] as [([Step], Bool, Int, Bool, Machine.Deadline)])
    func deadlines(steps: [Step], isBuffered: Bool, unsent: Int, hasStarted: Bool, due: Machine.Deadline) {
        var machine = machine(steps)
        _ = machine.watchUnsent(100)
        let found = machine.deadlineReached(
            isBuffered: isBuffered, unsent: unsent, leastTaken: 50, isDraining: false, hasStarted: hasStarted)
        #expect(found == due)
    }

    @Test("A connection that lingers is closed at its deadline; one that is stopped between requests lingers")
    func lingering() {
        var machine = Machine()
        let draining = machine.deadlineReached(
            isBuffered: true, unsent: 1, leastTaken: 1, isDraining: true, hasStarted: false)
        #expect(draining == .linger)
        #expect(machine.everythingIsWritten() == false)
        #expect(machine.linger() == true)
        #expect(machine.everythingIsWritten() == true)
        let closing = machine.deadlineReached(
            isBuffered: true, unsent: 1, leastTaken: 1, isDraining: true, hasStarted: false)
        #expect(closing == .close)
    }

    @Test("A WebSocket takes over while the client still sends, and never twice", arguments: [false, true])
    func upgrade(hasEnded: Bool) {
        var machine = machine([.begin, .endRequest] + (hasEnded ? [.inputEnds] : []))
        #expect(machine.upgrade() == (hasEnded ? .abort : .leave))
        if !hasEnded {
            #expect(machine.phase == .leaving)
            #expect(machine.upgrade() == .nothing)
            #expect(!machine.hasExchange)
        }
    }

    @Test("Whatever happens in whatever order: phases only follow one another, and what waits is counted")
    func randomWalk() {
        var random = SplitMix(state: 15)
        for _ in 0..<2_000 {
            var machine = Machine()
            for _ in 0..<40 {
                let before = machine.phase
                act(Int.random(in: 0..<16, using: &random), on: &machine)
                switch (before, machine.phase) {
                case (.serving, _), (.lingering, .lingering), (.leaving, .leaving), (_, .closed): break
                default: Issue.record("from \(before) to \(machine.phase)")
                }
                #expect(machine.waitingBytes == machine.waiting.reduce(0) { $0 + $1.keptBytes })
                if machine.phase == .lingering || machine.phase == .closed { #expect(machine.waiting.isEmpty) }
                if machine.phase != .serving { #expect(!machine.takesInput) }
            }
        }
    }

    private func act(_ number: Int, on machine: inout Machine) {
        let parts = [Self.head, Self.body, Self.end]
        switch number {
        case 0 where !machine.hasExchange && machine.phase == .serving: machine.begin(keepsAlive: true)
        case 1 where machine.takesInput: if !machine.hold(parts[number % 3], limit: 500) { machine.dropInput() }
        case 2 where machine.takesInput: if !machine.hold(parts[number % 3], limit: 500) { machine.dropInput() }
        case 3 where machine.takesInput: if !machine.hold(parts[number % 3], limit: 500) { machine.dropInput() }
        case 4: if machine.phase == .serving { _ = machine.takeWaiting() }
        case 5: _ = machine.endRequest()
        case 6: if machine.hasExchange { machine.responseEnds() }
        case 7: if machine.awaitsAnswer { _ = machine.finish(isDraining: false, stopsDecoder: false) }
        case 8: _ = machine.asksToRead(kept: 0, limit: 500)
        case 9: _ = machine.takePendingRead(kept: 0, limit: 500)
        case 10: _ = machine.setPaused(!machine.isPaused)
        case 11: if machine.inputEnds() { _ = machine.goOnWithoutInput(nil) }
        case 12: _ = machine.linger()
        case 13: _ = machine.everythingIsWritten()
        case 14: _ = machine.upgrade()
        case 15: machine.channelClosed()
        default: break
        }
    }
}
