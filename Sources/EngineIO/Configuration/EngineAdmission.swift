/// Whether a handshake becomes a session.
public enum EngineAdmission: Sendable {
    case accept
    case refuse(EngineRefusal)
    /// Ask again after this time, or when ``EngineServer/roomMayBeFree(on:)`` says so. Whoever answers this bounds how
    /// often.
    case wait(Duration)
}
