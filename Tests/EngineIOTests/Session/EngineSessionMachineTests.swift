import NIOCore
import Testing

@testable import EngineIO

@Suite("Session state machine")
struct EngineSessionMachineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let probe = EnginePacket.ping(ByteBuffer(string: "probe"))

    @Test("A poll waits while there is nothing, and takes what there is")
    func poll() {
        var machine = EngineSessionMachine(transport: .polling)
        #expect(machine.pollArrived(1, hasQueued: true, now: start) == .answer)
        #expect(machine.pollArrived(2, hasQueued: false, now: start) == .park)
        #expect(machine.takePoll() == 2)
        #expect(machine.pollArrived(3, hasQueued: false, now: start) == .park)
    }

    @Test("A second poll or post while one is there ends the session")
    func overlap() {
        var machine = EngineSessionMachine(transport: .polling)
        #expect(machine.pollArrived(1, hasQueued: false, now: start) == .park)
        #expect(machine.pollArrived(2, hasQueued: false, now: start) == .refuseAndClose)
        #expect(machine.postArrived(3) == .read)
        #expect(machine.postArrived(4) == .refuseAndClose)
    }

    @Test("A broken-off poll or post ends the session; one that was answered does not")
    func aborted() {
        var machine = EngineSessionMachine(transport: .polling)
        _ = machine.pollArrived(1, hasQueued: false, now: start)
        #expect(machine.pollAborted(7) == false)
        #expect(machine.pollAborted(1) == true)
        #expect(machine.pollAborted(1) == false)
        _ = machine.postArrived(2)
        #expect(machine.postAborted(2) == true)
        _ = machine.postArrived(3)
        #expect(machine.postEnded(3) == true)
        #expect(machine.postAborted(3) == false)
    }

    @Test("Packets mean what the protocol says")
    func packets() {
        var machine = EngineSessionMachine(transport: .websocket)
        #expect(machine.received(.text(ByteBuffer())) == .deliver)
        #expect(machine.received(.binary(ByteBuffer())) == .deliver)
        #expect(machine.received(.pong(ByteBuffer())) == .ignore)
        #expect(machine.received(.noop) == .ignore)
        #expect(machine.received(.open) == .ignore)
        #expect(machine.received(.upgrade) == .ignore)
        #expect(machine.received(.close) == .close(.transportClose))
        #expect(machine.received(.ping(ByteBuffer())) == .close(.transportError))
        #expect(machine.received(nil) == .close(.parseError))
        #expect(machine.close(lingers: false, hasQueued: false) == true)
        #expect(machine.received(.text(ByteBuffer())) == .ignore)
    }

    @Test("An upgrade: probe, noop to the parked poll, upgrade")
    func upgrade() {
        var machine = EngineSessionMachine(transport: .polling)
        _ = machine.pollArrived(1, hasQueued: false, now: start)
        #expect(machine.candidateArrived() == true)
        #expect(machine.candidateArrived() == false)
        #expect(machine.candidateReceived(probe, now: start) == .answerProbe(parked: 1))
        #expect(machine.candidateReceived(.upgrade, now: start) == .promote(parked: nil))
        #expect(machine.transport == .websocket)
        #expect(machine.candidateArrived() == false)
        #expect(machine.pollArrived(2, hasQueued: false, now: start) == .refuse)
        #expect(machine.postArrived(3) == .refuse)
    }

    @Test("While it upgrades, polls are let go with noops, not more often than each 100 ms")
    func noops() {
        var machine = EngineSessionMachine(transport: .polling)
        _ = machine.candidateArrived()
        #expect(machine.candidateReceived(probe, now: start) == .answerProbe(parked: nil))
        #expect(machine.pollArrived(1, hasQueued: false, now: start) == .noop)
        let soon = start + .milliseconds(30)
        #expect(machine.pollArrived(2, hasQueued: false, now: soon) == .parkThenNoop(.milliseconds(70)))
        #expect(machine.noopDue(9, now: soon) == nil)
        #expect(machine.noopDue(2, now: start + .milliseconds(100)) == 2)
        #expect(machine.pollArrived(3, hasQueued: true, now: soon) == .answer)
        #expect(machine.pollArrived(4, hasQueued: false, now: start + .milliseconds(250)) == .noop)
    }

    @Test("A candidate that says anything else is dropped, and another may come")
    func badCandidate() {
        for packet in [EnginePacket.text(ByteBuffer()), .ping(ByteBuffer()), .pong(ByteBuffer()), .close, nil] {
            var machine = EngineSessionMachine(transport: .polling)
            _ = machine.candidateArrived()
            #expect(machine.candidateReceived(packet, now: start) == .drop)
            #expect(machine.transport == .polling)
            #expect(machine.candidateArrived() == true)
            #expect(machine.candidateEnded() == true)
            #expect(machine.candidateEnded() == false)
        }
    }

    @Test("A ping, then silence, is a timeout; a pong puts it off, and one that nobody asked for does not")
    func heartbeat() {
        var machine = EngineSessionMachine(transport: .polling)
        #expect(machine.received(.pong(ByteBuffer())) == .ignore)
        #expect(machine.heartbeatDue() == .ping)
        #expect(machine.received(.pong(ByteBuffer())) == .rearmPing)
        #expect(machine.received(.pong(ByteBuffer())) == .ignore)
        #expect(machine.heartbeatDue() == .ping)
        #expect(machine.heartbeatDue() == .timeout)
        #expect(machine.close(lingers: false, hasQueued: false) == true)
        #expect(machine.heartbeatDue() == .none)
    }

    @Test("A close on polling has a poll of its own, after those that fetch what was sent")
    func close() {
        var waiting = EngineSessionMachine(transport: .polling)
        #expect(waiting.close(lingers: true, hasQueued: true) == true)
        #expect(waiting.close(lingers: true, hasQueued: true) == false)
        #expect(waiting.phase == .closing)
        #expect(waiting.postArrived(1) == .unknown)
        #expect(waiting.candidateArrived() == false)
        #expect(waiting.pollArrived(1, hasQueued: true, now: start) == .answerBeforeClose)
        #expect(waiting.pollArrived(2, hasQueued: true, now: start) == .answerBeforeClose)
        #expect(waiting.pollArrived(3, hasQueued: false, now: start) == .close)
        #expect(waiting.pollArrived(4, hasQueued: false, now: start) == .unknown)

        var parked = EngineSessionMachine(transport: .polling)
        _ = parked.pollArrived(1, hasQueued: false, now: start)
        #expect(parked.close(lingers: true, hasQueued: true) == true)
        #expect(parked.takePoll() == 1)
        #expect(parked.pollArrived(2, hasQueued: false, now: start) == .close)

        var idle = EngineSessionMachine(transport: .polling)
        _ = idle.pollArrived(1, hasQueued: false, now: start)
        #expect(idle.close(lingers: true, hasQueued: false) == true)
        #expect(idle.phase == .closed)

        var socket = EngineSessionMachine(transport: .websocket)
        #expect(socket.close(lingers: true, hasQueued: false) == true)
        #expect(socket.phase == .closed)
    }
}
