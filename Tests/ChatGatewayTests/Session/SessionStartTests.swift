import ChatCore
import EngineIO
import NIOCore
import Testing

@testable import ChatGateway
@testable import SocketIO

@Suite("The start of a session")
struct SessionStartTests {
    private let given = Offset(epoch: 1, revision: Revision(10))

    private func frames(_ name: String) -> EngineFrames { PacketEncoder(namespace: "/").event(name, []) }

    /// A page of one event; `more`: another one follows.
    private func page(_ count: Int = 1, more: Bool = false, end: Int64 = 20) -> ReplayPage {
        var next: MissedCursor?
        if more {
            next = MissedCursor(after: given.revision)
            next?.end = Revision(end)
        }
        return ReplayPage(
            frames: count == 0 ? EngineFrames() : frames("missed"), count: count, next: next, end: Revision(end))
    }

    /// What is to be done, in short.
    private func names(_ actions: [SessionStart.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .repeatOffset(let offset): "given \(offset.revision.value)"
            case .tellOffset(let revision): "offset \(revision.value)"
            case .send: "send"
            case .read(let cursor): cursor.end == nil ? "read after \(cursor.after.value)" : "read on"
            case .keep: "keep"
            case .follow: "follow"
            case .release(let revision): "release \(revision.value)"
            case .goLive: "live"
            case .end: "end"
            }
        }
    }

    @Test("A fresh session is told where it stands, is given what was kept, and is live")
    func fresh() {
        let start = Held(SessionStart.fresh(Revision(5)))
        #expect(names(start.it.begin()) == ["offset 5", "release 5"])
        #expect(!start.it.isLive)
        #expect(names(start.it.released(true)) == ["live"])
        #expect(start.it.isLive)
        #expect(start.it.drained().isEmpty && start.it.released(true).isEmpty)
    }

    @Test("What fits on a page is told between the offsets, and then it is live")
    func onePage() {
        let start = Held(SessionStart.returning(given, page()))
        #expect(names(start.it.begin()) == ["given 10", "send", "offset 20", "release 20"])
        #expect(names(start.it.released(true)) == ["live"])
    }

    @Test("Nothing missed: no page, and live")
    func nothing() {
        let start = Held(SessionStart.returning(given, page(0)))
        #expect(names(start.it.begin()) == ["given 10", "offset 20", "release 20"])
    }

    @Test("Pages follow as the socket takes them; nothing is kept meanwhile, and no offset is told before the last")
    func pages() {
        let start = Held(SessionStart.returning(given, page(more: true)))
        #expect(names(start.it.begin()) == ["given 10", "send", "follow"])
        #expect(start.it.isSending)
        #expect(names(start.it.drained()) == ["read on"])
        #expect(start.it.drained().isEmpty, "one read at a time")
        #expect(names(start.it.pageWasRead(page(more: true))) == ["send"])
        #expect(names(start.it.drained()) == ["read on"])
        #expect(names(start.it.pageWasRead(page())) == ["send", "offset 20"])
        // What was committed meanwhile: kept from before it is read.
        #expect(names(start.it.drained()) == ["keep", "read after 20"])
        #expect(names(start.it.pageWasRead(page(end: 30))) == ["send", "offset 30", "release 30"])
        #expect(names(start.it.released(true)) == ["live"])
    }

    @Test("A second telling that is long itself is told in pages too")
    func longSecond() {
        let start = Held(SessionStart.returning(given, page(more: true)))
        _ = start.it.begin()
        _ = start.it.drained()
        _ = start.it.pageWasRead(page())
        #expect(names(start.it.drained()) == ["keep", "read after 20"])
        #expect(names(start.it.pageWasRead(page(more: true, end: 30))) == ["send", "follow"])
        #expect(names(start.it.drained()) == ["read on"])
        #expect(names(start.it.pageWasRead(page(end: 30))) == ["send", "offset 30"])
        #expect(names(start.it.drained()) == ["keep", "read after 30"])
    }

    @Test("More than can be kept is read anew, and ends the session where that does not end")
    func overflow() {
        let start = Held(SessionStart.returning(given, page()))
        _ = start.it.begin()
        for _ in 0..<5 {
            #expect(names(start.it.released(false)) == ["keep", "read after 20"])
            #expect(names(start.it.pageWasRead(page(0))) == ["offset 20", "release 20"])
        }
        #expect(names(start.it.released(false)) == ["end"])
        #expect(!start.it.isLive)
        #expect(start.it.released(true).isEmpty && start.it.drained().isEmpty)
    }

    @Test("More than 10,000 changes end the session, in one telling or in several: it never goes live over a hole")
    func tooMany() {
        let start = Held(SessionStart.returning(given, page(6000, more: true)))
        _ = start.it.begin()
        _ = start.it.drained()
        #expect(names(start.it.pageWasRead(page(4000))) == ["send", "offset 20"])
        #expect(names(start.it.drained()) == ["keep", "read after 20"])
        #expect(names(start.it.pageWasRead(page(1, end: 30))) == ["end"])
        #expect(!start.it.isLive)
    }

    @Test("A store that cannot be read ends the session")
    func failure() {
        let start = Held(SessionStart.returning(given, page(more: true)))
        _ = start.it.begin()
        _ = start.it.drained()
        #expect(names(start.it.readFailed()) == ["end"])
        #expect(start.it.pageWasRead(page()).isEmpty)
    }

    @Test("Once the socket is gone nothing is done any more, whatever was on its way")
    func gone() {
        for steps in 0..<4 {
            let start = Held(SessionStart.returning(given, page(more: true)))
            if steps > 0 { _ = start.it.begin() }
            if steps > 1 { _ = start.it.drained() }
            if steps > 2 { _ = start.it.pageWasRead(page()) }
            start.it.stop()
            #expect(start.it.drained().isEmpty && start.it.pageWasRead(page()).isEmpty)
            #expect(start.it.released(true).isEmpty && start.it.readFailed().isEmpty && !start.it.isLive)
        }
    }
}
