/// Whether a handshake becomes a session.
public enum EngineAdmission: Sendable {
    case accept
    case refuse(EngineRefusal)
}
