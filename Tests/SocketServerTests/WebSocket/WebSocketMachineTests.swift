import NIOCore
import Testing

@testable import SocketServer

/// A WebSocket's end and its reading, without a socket.
@Suite("The machine of a WebSocket")
struct WebSocketMachineTests {
    typealias Action = WebSocketMachine.Action

    /// What a test does to it.
    enum Input: CaseIterable {
        case close, closeDropping, abort, violation, peerCloses, deadline, deadlineUnsent, channelClosed, detach
        case read, hold, release, holdLink, releaseLink, queue, turn, releaseAll, pending
    }

    private static let words = ByteBuffer(string: "words")

    private func machine(after inputs: [Input] = []) -> WebSocketMachine {
        var machine = WebSocketMachine()
        machine.attach()
        for input in inputs { _ = put(input, into: &machine) }
        return machine
    }

    private func put(_ input: Input, into machine: inout WebSocketMachine) -> [Action] {
        switch input {
        case .close: return machine.close(.goingAway)
        case .closeDropping: return machine.closeDropping(lastWords: Self.words, .goingAway)
        case .abort: return machine.abort()
        case .violation: return machine.fail(.unmasked)
        case .peerCloses: return machine.peerCloses(.normal)
        case .deadline: return machine.deadlineReached(isUnsent: false)
        case .deadlineUnsent: return machine.deadlineReached(isUnsent: true)
        case .channelClosed: return machine.channelClosed()
        case .detach: return machine.detach()
        case .read: _ = machine.asksToRead()
        case .hold: _ = machine.setHeld(true, for: .session)
        case .release: _ = machine.setHeld(false, for: .session)
        case .holdLink: _ = machine.setHeld(true, for: .link)
        case .releaseLink: _ = machine.setHeld(false, for: .link)
        case .queue: _ = machine.waitInLane()
        case .turn: machine.laneTurn()
        case .releaseAll: machine.releaseAll()
        case .pending: _ = machine.takePendingRead()
        }
        return []
    }

    struct Row: Sendable {
        let before: [Input]
        let input: Input
        let actions: [Action]
    }

    private static let away = WebSocketFrame.close(.goingAway)
    /// What ends the reading and our side, behind a last frame.
    private static let finish: [Action] = [.endOutputWhenSent, .armDeadline, .dropInput, .goOnLater, .flush]

    private static func finish(_ frame: ByteBuffer, _ reason: WebSocketCloseReason) -> [Action] {
        var actions = finish
        actions.insert(.write(frame), at: 0)
        actions.append(.end(reason))
        return actions
    }

    private static let rows: [Row] = {
        var dropping = finish(away, .local)
        dropping.insert(contentsOf: [Action.dropOutput, .write(words)], at: 0)
        var patient: [Input] = Array(repeating: .deadlineUnsent, count: 4)
        patient.insert(.closeDropping, at: 0)
        let violation = finish(WebSocketFrame.close(.protocolError), .violation(.unmasked))
        let abort: [Action] = [.dropOutput, .dropInput, .goOnLater, .closeChannel]
        let closed: [Action] = [.dropInput, .goOnLater, .dropOutput, .disarmDeadline]
        return [
            Row(before: [], input: .close, actions: [.write(away), .flush, .armDeadline, .goOnLater, .end(.local)]),
            Row(before: [], input: .closeDropping, actions: dropping),
            Row(before: [], input: .abort, actions: abort + [.end(.local)]),
            Row(before: [], input: .violation, actions: violation),
            Row(before: [], input: .peerCloses, actions: finish(WebSocketFrame.close(.normal), .peer(.normal))),
            Row(before: [.close], input: .peerCloses, actions: finish),
            Row(before: [.close], input: .violation, actions: finish),
            Row(before: [.close], input: .close, actions: []),
            Row(before: [.close], input: .closeDropping, actions: []),
            Row(before: [.close], input: .abort, actions: abort),
            Row(before: [.peerCloses], input: .peerCloses, actions: []),
            Row(before: [.peerCloses], input: .violation, actions: []),
            Row(before: [.peerCloses], input: .close, actions: []),
            Row(before: [.peerCloses], input: .deadlineUnsent, actions: [.closeChannel]),
            Row(before: [.closeDropping], input: .deadline, actions: [.closeChannel]),
            Row(before: [.closeDropping], input: .deadlineUnsent, actions: [.armDeadline]),
            Row(before: patient, input: .deadlineUnsent, actions: [.closeChannel]),
            Row(before: [], input: .channelClosed, actions: closed + [.end(.disconnected)]),
            Row(before: [.channelClosed], input: .detach, actions: closed),
            Row(before: [.detach], input: .close, actions: []),
        ]
    }()

    @Test("Each way to end says its last frame once, behind what it has to stand behind", arguments: rows)
    func ends(row: Row) {
        var machine = machine(after: row.before)
        #expect(put(row.input, into: &machine) == row.actions)
    }

    @Test("It reads while nothing holds it, and a read that was asked for meanwhile follows once")
    func reading() {
        var machine = machine()
        #expect(machine.asksToRead() == true)
        #expect(machine.setHeld(true, for: .session) == false)
        #expect(machine.setHeld(true, for: .session) == false)
        #expect(machine.waitInLane() == true)
        #expect(machine.waitInLane() == false)
        #expect(machine.asksToRead() == false)
        machine.laneTurn()
        #expect(!machine.mayGoOn)
        #expect(machine.takePendingRead() == false)
        #expect(machine.setHeld(false, for: .session) == true)
        #expect(machine.mayGoOn)
        #expect(machine.takePendingRead() == true)
        #expect(machine.takePendingRead() == false)
    }

    @Test("A close lets go of what its user held, so that the peer's close frame is read; the lane's turn still waits")
    func closeReads() {
        var machine = machine(after: [.hold, .holdLink, .queue])
        _ = machine.close(nil)
        #expect(!machine.mayGoOn)
        machine.laneTurn()
        #expect(machine.mayGoOn)
    }

    @Test("Whatever happens in whatever order: one close frame, one end, nothing after it, no way back")
    func randomWalk() {
        var random = SplitMix(state: 13)
        for _ in 0..<2_000 {
            var machine = WebSocketMachine()
            machine.attach()
            var (frames, ends, isDetached) = (0, 0, false)
            for _ in 0..<20 {
                let before = machine.state
                let input = Input.allCases.randomElement(using: &random) ?? .read
                let actions = put(input, into: &machine)
                if input == .detach { isDetached = true }
                for action in actions {
                    if case .write(let bytes) = action, bytes != Self.words { frames += 1 }
                    if case .write = action { #expect(!isDetached && ends == 0) }
                    if case .end = action { ends += 1 }
                }
                switch (before, machine.state) {
                case (.open, _), (.closing, .closing), (.closing, .finished), (.finished, .finished): break
                default: Issue.record("from \(before) to \(machine.state) by \(input)")
                }
                #expect(frames <= 1 && ends <= 1)
                #expect(machine.isOpen == (ends == 0))
                if machine.state == .finished { #expect(ends == 1 && machine.holds.isDisjoint(with: .users)) }
                if isDetached { #expect(!machine.mayGoOn) }
            }
        }
    }
}
