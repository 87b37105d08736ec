/// Files: their tables, how many a message has, how many bytes all have.
///
/// What a migration does never changes again, whatever becomes of `schema.sql`: hence the text is here once more.
enum MigrationTo2 {
    static let script = """
        ALTER TABLE state ADD COLUMN file_bytes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE messages ADD COLUMN files INTEGER;
        CREATE TABLE files (
            key INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: chunks may be erased later than their file
            id TEXT NOT NULL UNIQUE,         -- unguessable
            owner INTEGER NOT NULL REFERENCES users (key),
            name TEXT NOT NULL,
            size INTEGER NOT NULL,           -- bytes; of an upload that goes on: so far
            mime TEXT NOT NULL,              -- images are told by their bytes
            width INTEGER,                   -- pixels; NULL where it is no image that Parley can measure
            height INTEGER,
            created_ms INTEGER NOT NULL,
            done_ms INTEGER,                 -- NULL: the upload goes on
            message INTEGER,                 -- messages.n; NULL: not sent
            place INTEGER                    -- among the files of its message, from 0
        );
        CREATE INDEX files_of_message ON files (message, place) WHERE message IS NOT NULL;
        CREATE INDEX files_unsent ON files (owner) WHERE message IS NULL;
        CREATE TABLE file_chunks (
            at INTEGER PRIMARY KEY,          -- files.key << 24 | number of the chunk, from 0
            bytes BLOB NOT NULL
        );
        CREATE VIEW file_list AS
        SELECT f.id, f.name, f.size, f.mime AS mime_type, f.width, f.height, users.id AS owner_id,
            strftime('%Y-%m-%dT%H:%M:%fZ', f.created_ms / 1000.0, 'unixepoch') AS created_at, chats.id AS chat_id, m.seq
        FROM files f JOIN users ON users.key = f.owner LEFT JOIN messages m ON m.n = f.message
            LEFT JOIN chats ON chats.key = m.chat
        WHERE f.done_ms IS NOT NULL;
        """
}
