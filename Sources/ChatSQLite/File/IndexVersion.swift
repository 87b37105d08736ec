import ChatCore
import Logging

/// Sees to it that the search index is of the binary's own kind.
///
/// Words are taken out of an index as they were put in. So one whose words were cut in another way, by an older or a
/// newer Parley, is emptied, its pages overwritten, and filled anew beside the traffic (``SearchIndexer``).
enum IndexVersion {
    private static let present: StaticString = "SELECT index_version, indexed_n FROM state WHERE id = 1"
    private static let note: StaticString = """
        UPDATE state SET index_version = ?, unindexed_n = indexed_n WHERE id = 1
        """

    /// At the start, before anything else is written.
    static func keep(_ connection: Connection, version: Int64 = SearchTokens.version) throws {
        let state = try connection[Self.present].first { (version: $0.int(0), indexed: $0.int(1)) }
        guard let state, state.version != version else { return }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            try connection.execute(
                """
                PRAGMA secure_delete = ON;
                INSERT INTO search (search) VALUES ('delete-all');
                PRAGMA secure_delete = FAST;
                DELETE FROM chores WHERE kind = 3;
                """)
            try connection[Self.note].run(version)
            try connection.execute("COMMIT")
        } catch {
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
        // Of a new file there is nothing to tell.
        guard state.indexed > 0 else { return }
        Log.store.notice(
            "The search index is begun anew", metadata: ["parley.from": "\(state.version)", "parley.to": "\(version)"])
    }
}
