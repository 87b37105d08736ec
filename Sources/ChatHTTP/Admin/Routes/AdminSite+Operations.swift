import ByteText
import ChatCore
import ChatWire
import HTTPTypes
import Hummingbird
import JSON

extension AdminSite {
    var operationRoutes: [Route] {
        var routes = [
            guarded(.statistics, statistics),
            guarded(.listConnections, listConnections),
            guarded(.endConnection, disconnect),
            guarded(.rotateKeys, rotateKeys),
            guarded(.metrics, metrics),
        ]
        if let backup {
            routes.append(
                guarded(.backup) { request in
                    let path = try await backup.makeBackup(withKeys: !request.query("keys", is: "false"))
                    return try FileDownload(
                        path: path, name: "parley.db", type: "application/vnd.sqlite3"
                    ).response()
                })
        }
        return routes
    }

    @Sendable private func statistics(_ request: AdminRequest) async throws -> Response {
        let stored = try await store.read { try $0.statistics() }
        let connections = await sessions.connectionCount()
        return .json { writer in
            writer.object { object in
                object.field("version", program.version)
                object.field("started_at", program.startedAt)
                object.field("connections", connections)
                object.field("users", stored.users)
                object.field("chats", stored.chats)
                object.field("messages", stored.messages)
                object.field("file_bytes", stored.fileBytes)
                if let bytes = ProcessMemory.residentBytes() {
                    object.field("memory_bytes", bytes)
                } else {
                    object.null("memory_bytes")
                }
            }
        }
    }

    /// In the order of their ids; a page goes on after the last one, even when that one has gone meanwhile.
    @Sendable private func listConnections(_ request: AdminRequest) async throws -> Response {
        let page = request.page
        let all = await sessions.connections().sorted { ByteString($0.sid) < ByteString($1.sid) }
        let after = page.after.map { ByteString($0) }
        let rest = after.map { after in all.drop { ByteString($0.sid) <= after } } ?? all[...]
        let items = rest.prefix(page.limit)
        let next = rest.count > items.count ? items.last?.sid : nil
        return .list(items, next: next) { $0.writeWire($1) }
    }

    @Sendable private func disconnect(_ request: AdminRequest) async throws -> Response {
        guard await sessions.disconnect(sid: try request.parameter("sid")) else {
            throw HTTPFailure.notFound("There is no such connection.")
        }
        return .done
    }

    @Sendable private func rotateKeys(_ request: AdminRequest) async throws -> Response {
        try await tokens.rotate(revoke: request.query("revoke", is: "true"))
        return .done
    }
}
