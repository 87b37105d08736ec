import ChatCore
import HTTPTypes
import Hummingbird
import NIOCore

extension AdminSite {
    @Sendable func metrics(_ request: AdminRequest) async throws -> Response {
        let stored = try await store.read { try $0.statistics() }
        var text = MetricsText()
        text.gauge("parley_info", "The program; always 1.", 1, labels: [("version", program.version)])
        text.gauge(
            "process_start_time_seconds", "When the program started, as a Unix time.",
            Double(program.startedAt.milliseconds) / 1000)
        if let memory = ProcessMemory.residentBytes() {
            text.gauge("process_resident_memory_bytes", "Resident memory.", Double(memory))
        }
        text.gauge("parley_connections", "Connected sockets.", Double(await sessions.connectionCount()))
        text.gauge("parley_users", "Users stored.", Double(stored.users))
        text.gauge("parley_chats", "Chats stored.", Double(stored.chats))
        text.gauge("parley_messages", "Messages stored, tombstones included.", Double(stored.messages))
        text.gauge("parley_database_bytes", "Size of the database file, without its log.", Double(stored.fileBytes))
        text.gauge("parley_attachment_bytes", "Uploaded files, all together.", Double(stored.attachmentBytes))
        text.gauge("parley_revision", "The newest committed revision.", Double(store.revision.value))
        for metric in extraMetrics() {
            text.add(metric)
        }
        return Response(
            status: .ok, headers: [.contentType: MetricsText.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text.text)))
    }
}
