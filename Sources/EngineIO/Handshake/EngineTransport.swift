/// How packets travel.
enum EngineTransport: String, Sendable {
    case polling
    case websocket
}
