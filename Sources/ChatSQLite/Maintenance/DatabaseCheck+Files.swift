import ChatCore

/// Files whole: all chunks of each, and none of no file's.
extension DatabaseCheck {
    private static let chunk = StoredFile.chunkSize

    static func files(_ connection: Connection) throws -> [Finding] {
        // A backup of an older Parley has none.
        let version = try connection.prepare("PRAGMA user_version").first { $0.int(0) } ?? 0
        guard version >= 2 else { return [] }
        return try sizes(connection) + strays(connection) + messages(connection) + total(connection)
    }

    private static func sizes(_ connection: Connection) throws -> [Finding] {
        try connection.prepare(
            """
            SELECT f.id, f.size, count(c.at), total(length(c.bytes)), ifnull(max(c.at) & 16777215, -1),
                total(length(c.bytes) <> \(chunk) AND c.at & 16777215 < (f.size - 1) / \(chunk)) AS short
            FROM files f LEFT JOIN file_chunks c ON c.at >= f.key << 24 AND c.at < (f.key + 1) << 24 GROUP BY f.key
            HAVING total(length(c.bytes)) <> f.size OR count(c.at) <> (f.size + \(chunk) - 1) / \(chunk)
                OR ifnull(max(c.at) & 16777215, -1) <> count(c.at) - 1 OR short > 0
            LIMIT 50
            """
        ).all { row in
            Finding(
                .file, "file \(row.text(0)) has \(row.int(1)) bytes, and \(row.int(3)) of them in \(row.int(2)) chunks")
        }
    }

    private static func strays(_ connection: Connection) throws -> [Finding] {
        try connection.prepare(
            """
            SELECT at >> 24, count(*) FROM file_chunks
            WHERE at >> 24 NOT IN (SELECT key FROM files)
                AND at >> 24 NOT IN (SELECT subject FROM chores WHERE kind = 2)
            GROUP BY 1 LIMIT 50
            """
        ).all { row in Finding(.file, "\(row.int(1)) chunks are of a file that is not there (\(row.int(0)))") }
    }

    private static func messages(_ connection: Connection) throws -> [Finding] {
        try connection.prepare(
            """
            SELECT 'file ' || f.id || ' is of a message that is not there, or was deleted'
            FROM files f LEFT JOIN messages m ON m.n = f.message
            WHERE f.message IS NOT NULL AND (m.n IS NULL OR m.deleted_ms IS NOT NULL OR f.done_ms IS NULL)
            UNION ALL
            SELECT 'message ' || n || ' says ' || m.files || ' files and has another number'
            FROM messages m WHERE m.files IS NOT NULL
                AND m.files <> (SELECT count(*) FROM files f WHERE f.message = m.n)
            LIMIT 50
            """
        ).all { row in Finding(.file, row.text(0)) }
    }

    private static func total(_ connection: Connection) throws -> [Finding] {
        try connection.prepare(
            """
            SELECT s.file_bytes, c.bytes FROM state s, (SELECT total(length(bytes)) AS bytes FROM file_chunks) c
            WHERE s.file_bytes <> c.bytes
            """
        ).all { row in Finding(.file, "all files have \(row.int(1)) bytes, and the state says \(row.int(0))") }
    }
}
