/// Whether a handshake becomes a session.
public enum EngineAdmission: Sendable {
    case accept
    case refuse(EngineRefusal)
    /// Ask again after this time: there may be room by then. Whoever answers this bounds how often.
    case wait(Duration)
}
