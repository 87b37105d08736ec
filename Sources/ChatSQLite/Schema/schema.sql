-- The schema of parley.db, and the one source of it: this file is built into the binary, and a new database is made
-- from it.
--
-- It is a public interface for reading (sqlite3 -readonly parley.db): the views at the end give ids and ISO times.
-- Nobody but Parley may write the file. Migrations go forward only; PRAGMA user_version counts them.
--
-- 1. Rows of users and chats have an integer key; what clients see is the text in `id`. An id is never used twice, so
--    rows of deleted users and chats stay, without content.
-- 2. The REVISION is the one counter of durable changes. It grows, never repeats, and has gaps: it never falls behind
--    (seconds since 1970) << 20, so that `revision >> 20` tells about when. Never count changes by subtracting
--    revisions. Columns that hold a revision: `n` (of the message's making, also its row id), `changed`, and all that
--    end in `_n`.
-- 3. Times end in `_ms`: milliseconds since 1970-01-01T00:00:00Z.
-- 4. Receipts are watermarks: one row a member and chat says up to which seq everything was read and delivered.
-- 5. Each durable change leaves its revision in the row that it changed, and every such column has an index: so all
--    changes of the file can be told in the order of their commits, by range scans, without a log of them.
-- 6. What hangs on a deleted user or chat is removed in slices: until then rows of members and messages of theirs are
--    still there, and mean nothing.

PRAGMA application_id = 0x50524C59; -- "PRLY"
PRAGMA user_version = 6;

-- One row: what the writer knows at its last commit.
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,            -- the newest
    -- Messages up to this one are in the search index, but for those up to unindexed_n.
    indexed_n INTEGER NOT NULL DEFAULT 0,
    -- The write-ahead log that the last checkpoint carried into this file: its two salts and how many frames it had (in
    -- a new file and in a backup random salts, and 0). They tell a parley.db-wal that continues this file from a stale
    -- one beside a restored copy.
    wal_salt INTEGER NOT NULL DEFAULT 0,
    wal_frames INTEGER NOT NULL DEFAULT 0,
    file_bytes INTEGER NOT NULL DEFAULT 0, -- of all chunks of files together
    feed_floor INTEGER NOT NULL DEFAULT 0, -- departures up to this revision may be forgotten
    -- Falls to 0 while an older file is indexed anew, newest messages first.
    unindexed_n INTEGER NOT NULL DEFAULT 0,
    index_version INTEGER NOT NULL DEFAULT 1 -- of the way in which words are cut; another one begins the index anew
);
INSERT INTO state (id, revision) VALUES (1, 0);

-- Each start of the server notes a random epoch: an offset is `epoch:revision`, and one that this file never issued is
-- told by the range of the run that claims it.
CREATE TABLE epochs (
    epoch INTEGER PRIMARY KEY,       -- 64 random bits
    first_revision INTEGER NOT NULL,
    last_revision INTEGER,           -- as this file has it; NULL in the run that goes on
    started_ms INTEGER NOT NULL
);

-- Keys and the like (the secret that signs tokens). The file is a secret because of it.
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL,
    -- What no two usernames share: NFKC, case folded, without what is invisible; NULL once the user is deleted. Names
    -- of before version 5 that look like another's keep what they had then.
    folded TEXT UNIQUE,
    display_name TEXT,
    display_folded TEXT,             -- NFKC, case folded; lists are searched by the names themselves
    avatar_url TEXT,
    created_ms INTEGER NOT NULL,
    last_seen_ms INTEGER,            -- the end of the latest session
    online INTEGER NOT NULL DEFAULT 0,
    blocked INTEGER NOT NULL DEFAULT 0,
    tokens_after_ms INTEGER,         -- tokens issued up to then are revoked
    deleted_ms INTEGER,
    card_n INTEGER,                  -- the latest change of what others see; NULL since its making
    made_n INTEGER NOT NULL DEFAULT 0, -- in files of before version 4: of the same order, and older than anything else
    blocked_n INTEGER,               -- latest block, or its end
    revoked_n INTEGER                -- latest revocation of all tokens
);
CREATE INDEX users_online ON users (online) WHERE online = 1;
CREATE INDEX users_card ON users (card_n) WHERE card_n IS NOT NULL;
CREATE INDEX users_made ON users (made_n);
CREATE INDEX users_blocked ON users (blocked_n) WHERE blocked_n IS NOT NULL;
CREATE INDEX users_revoked ON users (revoked_n) WHERE revoked_n IS NOT NULL;

CREATE TABLE tokens (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,         -- the token's jti; the token itself is not kept
    user INTEGER NOT NULL REFERENCES users (key),
    label TEXT,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    revoked_ms INTEGER,
    revoked_n INTEGER                -- of this one by itself
);
CREATE INDEX tokens_of_user ON tokens (user);
CREATE INDEX tokens_revoked ON tokens (revoked_n) WHERE revoked_n IS NOT NULL;

CREATE TABLE chats (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT,
    name_folded TEXT,
    kind INTEGER NOT NULL,           -- 0 group, 1 direct
    pair TEXT UNIQUE,                -- direct chats: the keys of the two, the smaller first, as '3:17'
    created_ms INTEGER NOT NULL,
    member_count INTEGER NOT NULL DEFAULT 0,
    last_seq INTEGER NOT NULL DEFAULT 0,
    last_n INTEGER NOT NULL DEFAULT 0,     -- the newest message
    silent_seq INTEGER NOT NULL DEFAULT 0, -- no system message and no tombstone has a greater seq
    meta_n INTEGER NOT NULL,         -- latest change of the row's own fields
    members_n INTEGER NOT NULL DEFAULT 0,  -- latest member that came, went or changed role
    changed INTEGER NOT NULL,        -- latest change of anything in the chat, receipts included
    deleted_ms INTEGER,
    made_n INTEGER NOT NULL DEFAULT 0, -- in files of before version 4: of the same order, and older than anything else
    gone_n INTEGER,                  -- the deletion
    history_n INTEGER                -- what is in it up to then came with it, by an import; NULL: nothing
);
CREATE INDEX chats_made ON chats (made_n);
CREATE INDEX chats_meta ON chats (meta_n) WHERE meta_n > made_n;
CREATE INDEX chats_gone ON chats (gone_n) WHERE gone_n IS NOT NULL;

CREATE TABLE members (
    chat INTEGER NOT NULL REFERENCES chats (key),
    user INTEGER NOT NULL REFERENCES users (key),
    role INTEGER NOT NULL,           -- 0 member, 1 admin, 2 owner
    joined_ms INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL,     -- the chat's last_seq when they joined
    joined_n INTEGER NOT NULL,
    role_n INTEGER NOT NULL,         -- latest change of the role; joined_n at first
    delivered_seq INTEGER NOT NULL,
    delivered_ms INTEGER,
    delivered_n INTEGER NOT NULL DEFAULT 0, -- latest rise that was told as a receipt
    read_seq INTEGER NOT NULL,       -- never below a message of one's own: sending reads up to it
    read_ms INTEGER,
    read_n INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat, user)
) WITHOUT ROWID;
CREATE INDEX members_of_user ON members (user, chat);
CREATE INDEX members_joined ON members (joined_n);
CREATE INDEX members_role ON members (role_n) WHERE role_n > joined_n;
CREATE INDEX members_read ON members (read_n) WHERE read_n > 0;
CREATE INDEX members_delivered ON members (delivered_n) WHERE delivered_n > 0;

-- Who is no longer in a chat, as long as somebody may come back who has to be told: twice the recovery window, and 14
-- days at least. See state.feed_floor.
CREATE TABLE departures (
    chat INTEGER NOT NULL REFERENCES chats (key),
    user INTEGER NOT NULL REFERENCES users (key),
    n INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (chat, user)
) WITHOUT ROWID;
CREATE INDEX departures_of_user ON departures (user, n);
CREATE INDEX departures_at ON departures (n);

CREATE TABLE messages (
    n INTEGER PRIMARY KEY,           -- the revision that made it; the message's id is this number in base32hex
    chat INTEGER NOT NULL REFERENCES chats (key),
    seq INTEGER NOT NULL,            -- from 1, by 1, without gaps, in each chat
    sender INTEGER REFERENCES users (key), -- NULL: a system message
    kind INTEGER NOT NULL,           -- 0 text, 1 image, 2 file, 3 system
    created_ms INTEGER NOT NULL,
    client_key INTEGER,              -- 32-bit hash of sender and client_id; the row decides
    client_id,                       -- text, or 16 bytes where it is a UUID in its usual lower-case form
    content TEXT NOT NULL,           -- '' in a tombstone
    reply_n INTEGER,                 -- the message it answers
    changed INTEGER,                 -- latest edit, or the deletion
    reacted_n INTEGER,               -- latest reaction given or taken back
    edited_ms INTEGER,
    deleted_ms INTEGER,              -- set: a tombstone
    files INTEGER                    -- how many files were sent with it; NULL for none
);
CREATE UNIQUE INDEX messages_in_chat ON messages (chat, seq);
CREATE INDEX messages_client ON messages (client_key) WHERE client_key IS NOT NULL;
CREATE INDEX messages_changed ON messages (chat, changed) WHERE changed IS NOT NULL;
CREATE INDEX messages_altered ON messages (changed) WHERE changed IS NOT NULL;
CREATE INDEX messages_reacted ON messages (chat, reacted_n) WHERE reacted_n IS NOT NULL;
-- What does not count as unread, though it lies above a read_seq.
CREATE INDEX messages_silent ON messages (chat, seq) WHERE kind = 3 OR deleted_ms IS NOT NULL;

CREATE TABLE reactions (
    message INTEGER NOT NULL,        -- messages.n
    emoji TEXT NOT NULL,             -- in one spelling: with U+FE0F behind each sign that is an emoji only by it
    user INTEGER NOT NULL REFERENCES users (key),
    n INTEGER NOT NULL,              -- when it was given or, if removed, taken back
    removed INTEGER NOT NULL DEFAULT 0, -- 1: kept to tell those who come back
    PRIMARY KEY (message, emoji, user)
) WITHOUT ROWID;
CREATE INDEX reactions_given ON reactions (n);

-- Files. An upload is a row whose chunks come one by one, each in a transaction of its own; finished, it is its owner's
-- until it is sent, and then its message's. What is not sent within 24 hours is removed.
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

-- The bytes of files: 131,072 in each chunk but a file's last.
CREATE TABLE file_chunks (
    at INTEGER PRIMARY KEY,          -- files.key << 24 | number of the chunk, from 0
    bytes BLOB NOT NULL
);

-- How far readers of all changes have got: see ChatCore's FeedCursor.
CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    told_n INTEGER NOT NULL,         -- everything up to this revision was told
    known_n INTEGER NOT NULL,        -- the newest revision when the reading began
    moved_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Work that is too long for one transaction, done in slices between others; also after a restart.
CREATE TABLE chores (
    id INTEGER PRIMARY KEY,
    -- 0: take the members out of a deleted chat, remove its messages; 1: tombstones for a deleted user's messages;
    -- 2: erase a removed file's chunks; 3: merge deleted words out of the search index; 4: let the members of a large
    -- new chat in; 5: take a deleted user out of their chats
    kind INTEGER NOT NULL,
    subject INTEGER NOT NULL,        -- the key of the chat, user or file; 0: of none
    done_n INTEGER NOT NULL DEFAULT 0, -- how far it is
    users BLOB                       -- 4: their keys, 8 bytes each
);

-- The search index: which messages have which words. It follows within a second.
--
-- What goes in is not the text but its words, folded (NFKC, case, marks that may be left out) and with blanks between
-- them; of scripts without blanks, pairs or triples of characters: 東京都 goes in as '東京 京都 都'. A text that is all
-- ASCII goes in as it is, and behind it the numbers that stand behind letters: 'v2.10 2'. So the index can be asked by any SQLite, in that form (MATCH '"東京" AND "京都"'), and gives
-- candidates: whether their words stand as they were asked for is in messages.content.
CREATE VIRTUAL TABLE search USING fts5 (
    content, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- For people and scripts: ids and ISO times.

CREATE VIEW user_list AS
SELECT id, username, display_name, avatar_url,
    strftime('%Y-%m-%dT%H:%M:%fZ', created_ms / 1000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', last_seen_ms / 1000.0, 'unixepoch') AS last_seen_at,
    CASE online WHEN 1 THEN 'online' ELSE 'offline' END AS status, blocked
FROM users WHERE deleted_ms IS NULL;

CREATE VIEW chat_list AS
SELECT id, name, CASE kind WHEN 1 THEN 'direct' ELSE 'group' END AS type,
    strftime('%Y-%m-%dT%H:%M:%fZ', created_ms / 1000.0, 'unixepoch') AS created_at, member_count, last_seq
FROM chats WHERE deleted_ms IS NULL;

CREATE VIEW member_list AS
SELECT chats.id AS chat_id, users.id AS user_id, users.username,
    CASE members.role WHEN 2 THEN 'owner' WHEN 1 THEN 'admin' ELSE 'member' END AS role,
    strftime('%Y-%m-%dT%H:%M:%fZ', members.joined_ms / 1000.0, 'unixepoch') AS joined_at,
    members.delivered_seq, members.read_seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', members.read_ms / 1000.0, 'unixepoch') AS read_at
FROM members JOIN chats ON chats.key = members.chat JOIN users ON users.key = members.user
WHERE chats.deleted_ms IS NULL AND users.deleted_ms IS NULL;

CREATE VIEW message_list AS
SELECT
    substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 60 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 55 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 50 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 45 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 40 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 35 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 30 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 25 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 20 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 15 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 10 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 5 & 31) + 1, 1) ||
        substr('0123456789abcdefghijklmnopqrstuv', (m.n >> 0 & 31) + 1, 1) AS id,
    chats.id AS chat_id, m.seq, users.id AS sender_id, users.username AS sender_username,
    CASE m.kind WHEN 0 THEN 'text' WHEN 1 THEN 'image' WHEN 2 THEN 'file' ELSE 'system' END AS message_type,
    m.content, strftime('%Y-%m-%dT%H:%M:%fZ', m.created_ms / 1000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', m.edited_ms / 1000.0, 'unixepoch') AS edited_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', m.deleted_ms / 1000.0, 'unixepoch') AS deleted_at
FROM messages m JOIN chats ON chats.key = m.chat LEFT JOIN users ON users.key = m.sender;

CREATE VIEW file_list AS
SELECT f.id, f.name, f.size, f.mime AS mime_type, f.width, f.height, users.id AS owner_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', f.created_ms / 1000.0, 'unixepoch') AS created_at, chats.id AS chat_id, m.seq
FROM files f JOIN users ON users.key = f.owner LEFT JOIN messages m ON m.n = f.message
    LEFT JOIN chats ON chats.key = m.chat
WHERE f.done_ms IS NOT NULL;
