/// Search in every script: the index is begun anew, and filled by the server beside its traffic.
///
/// What a migration does never changes again, whatever becomes of `schema.sql`: hence the text is here once more.
///
/// The pages of the old index have words of messages that may be deleted before the pages are used again: they are
/// overwritten as they are freed. What waited to be merged out of it is gone with it.
enum MigrationTo6 {
    static let script = """
        PRAGMA secure_delete = ON;
        DROP TABLE search;
        PRAGMA secure_delete = FAST;
        CREATE VIRTUAL TABLE search USING fts5 (
            content, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
        );
        ALTER TABLE state ADD COLUMN unindexed_n INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE state ADD COLUMN index_version INTEGER NOT NULL DEFAULT 1;
        UPDATE state SET unindexed_n = indexed_n;
        DELETE FROM chores WHERE kind = 3;
        """
}
