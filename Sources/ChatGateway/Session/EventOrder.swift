import ByteText
import JSON
import NIOCore
import SocketIO

/// An event as it came.
struct ReceivedEvent: Sendable {
    let name: ByteString
    let arguments: EventArguments
    let ackID: Int?
    /// Bytes that it takes up in memory, about.
    var size = 0
    /// It was run before, and paid, and put back behind writes.
    var isPaid = false
}

/// Keeps the events of one socket in order (CONTRACT section 3, "Order"). A pure state machine.
///
/// 1. Nothing runs before the session is live (``open()``): requests wait behind the replay.
/// 2. Writes run at once, one after the other: the writer's mailbox keeps their order, and a commit takes many.
/// 3. Nothing runs while the client has not taken the answers it has (``isPaused``): who does not read asks in vain.
/// 4. A read, and whatever else is no write, runs when the writes before it were answered, so it sees them; what comes
///    after it waits until it is done, so no later write is seen by an earlier read.
struct EventOrder {
    /// How many events may wait; the client is told to slow down past it.
    static let limit = 1000

    enum Arrival {
        /// Nothing is in the way.
        case run(ReceivedEvent)
        case waits
        /// Too many wait already.
        case overflow(ReceivedEvent)
    }

    /// Bytes of all that waits.
    private(set) var waitingBytes = 0
    private var isOpen = false
    private var writesInFlight: Int32 = 0
    /// A step that is no write is at work.
    private var stepInFlight = false
    /// `nil` while none does: most sockets are idle, and an empty queue has room for sixteen.
    private var waiting: CircularBuffer<ReceivedEvent>?
    /// The event at the head was looked at, and waits for the writes before it.
    private var headIsHeld = false
    /// The event whose answer the session makes by itself.
    var current: ReceivedEvent? {
        get { if case .event(let event) = held { event } else { nil } }
        set { held = newValue.map(Held.event) ?? .nothing }
    }
    private var held = Held.nothing
    /// Whether the client has answers to take first.
    var isPaused = false

    /// Apart, as most sockets never have one.
    private enum Held {
        case nothing
        indirect case event(ReceivedEvent)
    }

    mutating func arrive(_ event: ReceivedEvent) -> Arrival {
        if isOpen, !isPaused, !stepInFlight, waiting == nil { return .run(event) }
        guard (waiting?.count ?? 0) < Self.limit else { return .overflow(event) }
        waiting = waiting ?? CircularBuffer()
        waiting?.append(event)
        waitingBytes += event.size
        return .waits
    }

    /// The session is live.
    mutating func open() { isOpen = true }

    mutating func writeStarted() { writesInFlight += 1 }

    mutating func writeFinished() {
        writesInFlight -= 1
        if writesInFlight == 0 { headIsHeld = false }
    }

    /// Asked by a step that is no write, when it is about to run.
    ///
    /// - Returns: `false` when writes are on their way: the event was put back, and comes again when they are answered.
    mutating func readMayStart(_ event: ReceivedEvent) -> Bool {
        if writesInFlight > 0 {
            waiting = waiting ?? CircularBuffer()
            waiting?.prepend(event)
            waitingBytes += event.size
            headIsHeld = true
            return false
        }
        stepInFlight = true
        return true
    }

    mutating func stepFinished() { stepInFlight = false }

    /// The next event that may run, taken from those that wait.
    mutating func next() -> ReceivedEvent? {
        guard isOpen, !isPaused, !stepInFlight, !headIsHeld else { return nil }
        defer { if waiting?.isEmpty == true { waiting = nil } }
        guard let next = waiting?.popFirst() else { return nil }
        waitingBytes -= next.size
        return next
    }
}
