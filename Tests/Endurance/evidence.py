"""What a file holds, read without the program, and what the program's own check says of it."""

import sqlite3

from appliance import run

DIGITS = "0123456789abcdefghijklmnopqrstuv"


def ident(number):
    """The id of the message with that row number; see the view message_list in schema.sql."""
    return "".join(DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def messages(connection):
    """{(chat, seq): (id, clientId)} of all messages."""
    return {
        (chat, seq): (ident(number), cid) for chat, seq, number, cid in connection.execute(
            "SELECT c.id, m.seq, m.n, m.client_id FROM messages m JOIN chats c ON c.key = m.chat")}


def read(path):
    """All messages of a file that nobody else uses, and the rows by which it contradicts itself."""
    connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True)
    try:
        wrong = connection.execute(
            """
            SELECT c.id, 'last_seq ' || c.last_seq || ', ' || count(m.n) || ' messages up to ' || max(m.seq)
            FROM chats c JOIN messages m ON m.chat = c.key GROUP BY c.key
            HAVING c.last_seq <> count(m.n) OR c.last_seq <> max(m.seq) OR c.last_n <> max(m.n)
            UNION ALL
            SELECT c.id, 'sender ' || u.id || ' has read up to ' || b.read_seq || ' and sent ' || max(m.seq)
            FROM messages m JOIN members b ON b.chat = m.chat AND b.user = m.sender
            JOIN chats c ON c.key = m.chat JOIN users u ON u.key = m.sender
            GROUP BY m.chat, m.sender HAVING b.read_seq < max(m.seq)
            UNION ALL
            SELECT 'clientId', client_id || ' is there ' || count(*) || ' times'
            FROM messages WHERE client_id IS NOT NULL GROUP BY sender, client_id HAVING count(*) > 1
            UNION ALL
            SELECT 'state', 'revision ' || revision || ' below a message of ' || (SELECT max(n) FROM messages)
            FROM state WHERE revision < (SELECT max(n) FROM messages)
            """).fetchall()
        return messages(connection), [f"{what}: {text}" for what, text in wrong]
    finally:
        connection.close()


def half_carried(folder):
    """Whether a checkpoint was under way: the main file names the log beside it as the one carried, and lacks some of
    it. Looks at the bytes; to be asked before anything opens the file."""
    try:
        log, main = (folder / "parley.db-wal").read_bytes(), (folder / "parley.db").read_bytes()
    except FileNotFoundError:
        return False
    if len(log) < 32:
        return False
    size, salts = int.from_bytes(log[8:12], "big"), log[16:24]
    connection = sqlite3.connect(f"file:{folder / 'parley.db'}?immutable=1", uri=True)
    try:
        noted, frames = connection.execute("SELECT wal_salt, wal_frames FROM state").fetchone()
    except sqlite3.DatabaseError:
        # So far carried that without its log it is no database at all.
        return True
    finally:
        connection.close()
    if noted.to_bytes(8, "big", signed=True) != salts:
        return False
    latest = {}
    for frame in range(frames):
        at = 32 + frame * (24 + size)
        if log[at + 8:at + 16] != salts:
            break
        latest[int.from_bytes(log[at:at + 4], "big")] = log[at + 24:at + 24 + size]
    return any(main[(page - 1) * size:page * size] != content for page, content in latest.items())


def check(path, ledger, where):
    """`parley check` must find nothing."""
    code, out, err = run("check", path, timeout=300)
    if code != 0:
        ledger.violation(f"{where}: parley check says {code}: {(out + err).strip()[-1000:]}")
    return code == 0
