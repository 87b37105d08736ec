import ChatCore
import Foundation

/// `parley check`: everything that must hold in a database, verified without writing at or beside it.
public enum DatabaseCheck {
    /// - Parameters:
    ///   - path: a `parley.db`, a copy or a backup of one; of a running server too.
    ///   - progress: told which share of the work is done, 0 to 1.
    /// - Returns: what is wrong; empty for a sound database.
    /// - Throws: ``StoreOpenError`` for a file that cannot be read as a database of Parley's at all.
    public static func run(_ path: String, progress: (Double) -> Void = { _ in }) throws -> [Finding] {
        let spectator = try Spectator(path)
        let connection = spectator.connection
        var findings = spectator.findings
        do {
            try connection.execute("BEGIN")
            let steps: [(Connection) throws -> [Finding]] = [
                structure, foreignKeys, sequences, counters, watermarks, revisions, feed, search, files,
            ]
            for (number, step) in steps.enumerated() {
                findings += try step(connection)
                progress(Double(number + 1) / Double(steps.count))
                // Broken pages make everything after them guesswork.
                if number == 0, !findings.isEmpty { break }
            }
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_IOERR].contains(error.resultCode)
        {
            findings.append(Finding(.structure, error.message ?? "\(error)"))
        } catch {
            throw DatabasePreparation.refusal(error, path)
        }
        // A look at a file that is broken changes nothing by leaving it badly.
        try? connection.close()
        return findings
    }

    /// What must hold between rows, without a look at SQLite's own structure and at the search index.
    static func rules(_ connection: Connection) throws -> [Finding] {
        try foreignKeys(connection) + sequences(connection) + counters(connection) + watermarks(connection)
            + revisions(connection) + feed(connection) + files(connection)
    }

    private static func structure(_ connection: Connection) throws -> [Finding] {
        try connection.prepare("PRAGMA integrity_check(50)").all { row in
            row.text(0) == "ok" ? nil : Finding(.structure, row.text(0))
        }
    }

    private static func foreignKeys(_ connection: Connection) throws -> [Finding] {
        try connection.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 50").all { row in
            Finding(.foreignKey, "row \(row.text(1)) of \(row.text(0)) names a row that \(row.text(2)) lacks")
        }
    }

    private static func sequences(_ connection: Connection) throws -> [Finding] {
        // Of a deleted chat the messages are being removed.
        try connection.prepare(
            """
            SELECT c.id, c.last_seq, count(m.n), ifnull(min(m.seq), 1), ifnull(max(m.seq), 0), ifnull(max(m.n), 0),
                c.last_n
            FROM chats c LEFT JOIN messages m ON m.chat = c.key WHERE c.deleted_ms IS NULL GROUP BY c.key
            HAVING count(m.n) <> c.last_seq OR ifnull(max(m.seq), 0) <> c.last_seq OR ifnull(min(m.seq), 1) <> 1
                OR ifnull(max(m.n), 0) <> c.last_n
            LIMIT 50
            """
        ).all { row in
            Finding(
                .sequence,
                """
                chat \(row.text(0)) has \(row.int(2)) messages from seq \(row.int(3)) to \(row.int(4)), and says that \
                its last is \(row.int(1))
                """)
        }
    }

    private static func counters(_ connection: Connection) throws -> [Finding] {
        var findings = try connection.prepare(
            """
            SELECT c.id, c.member_count, (SELECT count(*) FROM members m WHERE m.chat = c.key) AS there FROM chats c
            WHERE c.deleted_ms IS NULL AND there <> c.member_count LIMIT 50
            """
        ).all { row in
            Finding(.watermark, "chat \(row.text(0)) says \(row.int(1)) members and has \(row.int(2))")
        }
        findings += try connection.prepare(
            """
            SELECT c.id, c.silent_seq, (
                SELECT max(seq) FROM messages m
                WHERE m.chat = c.key AND (m.kind = 3 OR m.deleted_ms IS NOT NULL)) AS last
            FROM chats c WHERE c.deleted_ms IS NULL AND last > c.silent_seq LIMIT 50
            """
        ).all { row in
            Finding(.watermark, "chat \(row.text(0)) has a silent message at \(row.int(2)), above \(row.int(1))")
        }
        return findings
    }

    private static func watermarks(_ connection: Connection) throws -> [Finding] {
        try connection.prepare(
            """
            SELECT c.id, u.id, m.read_seq, m.delivered_seq, m.joined_seq, c.last_seq
            FROM members m JOIN chats c ON c.key = m.chat JOIN users u ON u.key = m.user
            WHERE m.read_seq < m.joined_seq OR m.delivered_seq < m.read_seq OR m.delivered_seq > c.last_seq
                OR m.joined_seq < 0
            LIMIT 50
            """
        ).all { row in
            Finding(
                .watermark,
                """
                member \(row.text(1)) of chat \(row.text(0)): read \(row.int(2)), delivered \(row.int(3)), joined at \
                \(row.int(4)), last \(row.int(5))
                """)
        }
    }

    private static func revisions(_ connection: Connection) throws -> [Finding] {
        try connection.prepare(
            """
            SELECT what, value, revision FROM state, (
                SELECT 'message' AS what, max(n) AS value FROM messages UNION ALL
                SELECT 'chat', max(changed) FROM chats UNION ALL
                SELECT 'message change', max(changed) FROM messages UNION ALL
                SELECT 'reaction', max(n) FROM reactions UNION ALL
                SELECT 'departure', max(n) FROM departures UNION ALL
                SELECT 'search index', (SELECT indexed_n FROM state) UNION ALL
                SELECT 'epoch', max(first_revision) FROM epochs)
            WHERE value > revision
            """
        ).all { row in
            Finding(
                .revision, "the newest \(row.text(0)) has revision \(row.int(1)), the newest of all is \(row.int(2))")
        }
    }
}
