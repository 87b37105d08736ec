import ChatCore

/// Every PRAGMA that is set, and why; a test reads them back.
enum Pragmas {
    static func setUpWriter(_ connection: Connection, durability: StoreDurability) throws {
        // Readers see snapshots while the writer writes; a commit is one append to one file.
        try connection.execute("PRAGMA journal_mode = WAL")
        // FULL: an ack survives power loss. NORMAL: it survives the end of the process only.
        try connection.execute("PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL")")
        // Checkpoints are the Checkpointer's: at the wrong moment they tear a plain copy.
        try connection.execute("PRAGMA wal_autocheckpoint = 0")
        // Deleted text is overwritten where a page is written anyway; OFF leaves it in the file and in every copy.
        try connection.execute("PRAGMA secure_delete = FAST")
        try connection.execute("PRAGMA foreign_keys = ON")
        // Hot pages of the indexes: 16 MiB when they are needed.
        try connection.execute("PRAGMA cache_size = -16384")
        // After a checkpoint the log is cut to this; larger ones would stay for ever.
        try connection.execute("PRAGMA journal_size_limit = 67108864")
        try setUpBoth(connection)
    }

    static func setUpReader(_ connection: Connection) throws {
        try connection.execute("PRAGMA query_only = ON")
        try connection.execute("PRAGMA cache_size = -4096")
        try setUpBoth(connection)
    }

    private static func setUpBoth(_ connection: Connection) throws {
        // An operator's shell may hold the lock for a moment; the default would fail a send at once.
        try connection.execute("PRAGMA busy_timeout = 5000")
        // Sorting must not need room in /tmp.
        try connection.execute("PRAGMA temp_store = MEMORY")
    }
}
