/// Chores that concern many users; members of what is deleted are no members.
///
/// What a migration does never changes again, whatever becomes of `schema.sql`: hence the text is here once more.
enum MigrationTo3 {
    static let script = """
        ALTER TABLE chores ADD COLUMN users BLOB;
        DROP VIEW member_list;
        CREATE VIEW member_list AS
        SELECT chats.id AS chat_id, users.id AS user_id, users.username,
            CASE members.role WHEN 2 THEN 'owner' WHEN 1 THEN 'admin' ELSE 'member' END AS role,
            strftime('%Y-%m-%dT%H:%M:%fZ', members.joined_ms / 1000.0, 'unixepoch') AS joined_at,
            members.delivered_seq, members.read_seq,
            strftime('%Y-%m-%dT%H:%M:%fZ', members.read_ms / 1000.0, 'unixepoch') AS read_at
        FROM members JOIN chats ON chats.key = members.chat JOIN users ON users.key = members.user
        WHERE chats.deleted_ms IS NULL AND users.deleted_ms IS NULL;
        """
}
