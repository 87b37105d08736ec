"""Fills a stopped appliance's database with SQL: a million messages in some seconds."""
import os
import sqlite3
import time

BATCH = 100_000
WORDS = ("the quick brown fox jumps over a lazy dog while seventeen small chats grow past every bound that anybody "
         "had thought of when the first of them was made").split()


def content(number):
    """About a hundred bytes, other words each time."""
    return " ".join(WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(17)) + f" {number}"


def fill(directory, population, messages):
    """Makes the users and chats of `population` and spreads `messages` messages over the chats, all of them indexed for
    search and read but for the last ten of each chat."""
    now = int(time.time() * 1000)
    connection = sqlite3.connect(os.path.join(directory, "parley.db"), isolation_level=None)
    run = connection.execute
    run("PRAGMA synchronous = OFF")
    run("PRAGMA cache_size = -262144")
    run("BEGIN")
    connection.executemany(
        "INSERT INTO users (key, id, username, folded, created_ms) VALUES (?, ?, ?, ?, ?)",
        ((number + 1, population.user(number), population.user(number), population.user(number), now)
         for number in range(population.users)))
    per_chat = [messages // population.chats + (chat < messages % population.chats)
                for chat in range(population.chats)]
    # Message k is the (k // chats)-th of chat k % chats.
    connection.executemany(
        "INSERT INTO chats (key, id, name, name_folded, kind, created_ms, member_count, last_seq, last_n, meta_n, "
        "changed) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, 1, ?)",
        ((chat + 1, population.chat(chat), population.chat(chat), population.chat(chat), now, population.members,
          per_chat[chat], last_number(chat, per_chat, population), max(1, last_number(chat, per_chat, population)))
         for chat in range(population.chats)))
    members = [[(chat * population.members + place) % population.users + 1 for place in range(population.members)]
               for chat in range(population.chats)]
    connection.executemany(
        "INSERT INTO members (chat, user, role, joined_ms, joined_seq, joined_n, role_n, delivered_seq, read_seq) "
        "VALUES (?, ?, 0, ?, 0, 1, 1, ?, ?)",
        ((chat + 1, user, now, max(0, per_chat[chat] - 10), max(0, per_chat[chat] - 10))
         for chat in range(population.chats) for user in members[chat]))
    for start in range(0, messages, BATCH):
        connection.executemany(
            "INSERT INTO messages (n, chat, seq, sender, kind, created_ms, content) VALUES (?, ?, ?, ?, 0, ?, ?)",
            ((number + 1, number % population.chats + 1, number // population.chats + 1,
              members[number % population.chats][number // population.chats % population.members], now - messages + number,
              content(number))
             for number in range(start, min(messages, start + BATCH))))
        run("INSERT INTO search (rowid, content) SELECT n, content FROM messages WHERE n > ? AND n <= ?",
            (start, start + BATCH))
    run("UPDATE state SET revision = ?, indexed_n = ? WHERE id = 1", (messages + 1, messages))
    run("COMMIT")
    run("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def last_number(chat, per_chat, population):
    """The row of a chat's newest message; 0 for none."""
    return (per_chat[chat] - 1) * population.chats + chat + 1 if per_chat[chat] else 0
