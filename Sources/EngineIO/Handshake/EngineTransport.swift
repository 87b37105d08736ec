/// How packets travel.
enum EngineTransport: String, Sendable, CaseIterable {
    case polling
    case websocket
}
