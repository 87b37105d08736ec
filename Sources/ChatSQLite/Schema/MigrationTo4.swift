/// The feed: a revision and an index for every kind of change, and the cursors of those who read it.
///
/// What a migration does never changes again, whatever becomes of `schema.sql`: hence the text is here once more.
///
/// When users and chats were made was not noted. They get their keys as the revision: in the order in which they were
/// made, and older than all that happened in them. Each index costs one walk through its table, and no row of messages
/// or members is written.
enum MigrationTo4 {
    static let script = """
        ALTER TABLE state ADD COLUMN feed_floor INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE users ADD COLUMN made_n INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE users ADD COLUMN blocked_n INTEGER;
        ALTER TABLE users ADD COLUMN revoked_n INTEGER;
        ALTER TABLE tokens ADD COLUMN revoked_n INTEGER;
        ALTER TABLE chats ADD COLUMN made_n INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE chats ADD COLUMN gone_n INTEGER;
        ALTER TABLE chats ADD COLUMN history_n INTEGER;
        UPDATE users SET made_n = key, blocked_n = CASE blocked WHEN 1 THEN key END,
            revoked_n = CASE WHEN tokens_after_ms IS NOT NULL THEN key END;
        UPDATE tokens SET revoked_n = key WHERE revoked_ms IS NOT NULL;
        UPDATE chats SET made_n = key, gone_n = CASE WHEN deleted_ms IS NOT NULL THEN changed END;
        -- Who left before the oldest departure that is kept is not known.
        UPDATE state SET feed_floor = ifnull((SELECT min(n) - 1 FROM departures), revision);
        CREATE INDEX users_made ON users (made_n);
        CREATE INDEX users_blocked ON users (blocked_n) WHERE blocked_n IS NOT NULL;
        CREATE INDEX users_revoked ON users (revoked_n) WHERE revoked_n IS NOT NULL;
        CREATE INDEX tokens_revoked ON tokens (revoked_n) WHERE revoked_n IS NOT NULL;
        CREATE INDEX chats_made ON chats (made_n);
        CREATE INDEX chats_meta ON chats (meta_n) WHERE meta_n > made_n;
        CREATE INDEX chats_gone ON chats (gone_n) WHERE gone_n IS NOT NULL;
        CREATE INDEX members_joined ON members (joined_n);
        CREATE INDEX members_role ON members (role_n) WHERE role_n > joined_n;
        CREATE INDEX members_read ON members (read_n) WHERE read_n > 0;
        CREATE INDEX members_delivered ON members (delivered_n) WHERE delivered_n > 0;
        CREATE INDEX departures_at ON departures (n);
        CREATE INDEX messages_altered ON messages (changed) WHERE changed IS NOT NULL;
        CREATE INDEX reactions_given ON reactions (n);
        CREATE TABLE cursors (
            name TEXT PRIMARY KEY,
            told_n INTEGER NOT NULL,         -- everything up to this revision was told
            known_n INTEGER NOT NULL,        -- the newest revision when the reading began
            moved_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
