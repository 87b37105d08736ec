"""What all clients of a run saw and were promised, held together: the truth that everything is compared with."""

import time


class Ledger:
    """Messages by chat and seq and by clientId, and every violation of what the contract promises.

    `now` gives the time in seconds; `acked` maps a clientId to (chat, seq, id, when)."""

    SHOWN = 20
    """Violations that are printed; all are counted."""

    WITH_TRAIL = 2
    """Violations that are printed with what led to them."""

    def __init__(self):
        self.ids = {}
        self.places = {}
        self.acked = {}
        self.newest = {}
        self.violations = []

    @staticmethod
    def now():
        return time.monotonic()

    def violation(self, text, trail=()):
        """Counts it; `trail` is what led to it, a line each, shown with the first ones."""
        self.violations.append(text)
        if len(self.violations) <= self.SHOWN:
            print(f"  VIOLATION: {text}", flush=True)
        if len(self.violations) <= self.WITH_TRAIL:
            for line in trail:
                print(f"    {line}", flush=True)

    def saw(self, message, who):
        """A message, in whatever way it came: its id, seq and clientId never change and never come twice."""
        chat, seq, cid = message["chat_id"], message["seq"], message.get("client_id")
        self.place(chat, seq, message["id"], cid, who)

    def place(self, chat, seq, ident, cid, who):
        known = self.ids.setdefault((chat, seq), (ident, cid))
        if known != (ident, cid):
            self.violation(f"{who}: {chat} seq {seq} is {ident} of {cid}, and was {known[0]} of {known[1]}")
        if cid is not None and self.places.setdefault(cid, (chat, seq)) != (chat, seq):
            self.violation(f"{who}: clientId {cid} at {chat} seq {seq}, and at {self.places[cid]}")
        if seq > self.newest.get(chat, 0):
            self.newest[chat] = seq

    def promised(self, message, who):
        self.saw(message, who)
        self.acked.setdefault(
            message["client_id"], (message["chat_id"], message["seq"], message["id"], self.now()))

    def compare(self, rows, where, since=None, until=None):
        """Holds rows of a file against what is known: every message acked between the two times must be there.

        `rows` is {(chat, seq): (id, clientId)}; gives how many acked messages were looked for."""
        for (chat, seq), (ident, cid) in rows.items():
            known = self.ids.get((chat, seq))
            if known is not None and known != (ident, cid):
                self.violation(f"{where}: {chat} seq {seq} is {ident} of {cid}, clients saw {known[0]} of {known[1]}")
        # A thread reads while clients go on: dict.copy() is one step of the interpreter, list(items()) is not.
        wanted = [
            (cid, chat, seq, ident) for cid, (chat, seq, ident, when) in self.acked.copy().items()
            if (since is None or when >= since) and (until is None or when <= until)]
        for cid, chat, seq, ident in wanted:
            if rows.get((chat, seq)) != (ident, cid):
                self.violation(f"{where}: acked {cid} is not at {chat} seq {seq}: {rows.get((chat, seq))}")
        return len(wanted)
