"""A short round of `make abuse`: what people who mean no good can send leaves the server living, answering and small.

Nothing here is timed: `make abuse` is for that."""

import sys
import time

import pytest

from appliance import ROOT

sys.path.insert(0, str(ROOT / "Tests" / "Abuse"))

import abuse  # noqa: E402  (its folder has to be on the path first)
from lines import Peer  # noqa: E402
from stage import Memory, Server  # noqa: E402

SECONDS = 0.4
"""How long each goes on; with all that is sent in it, it would take a server of few bounds far beyond the bar."""

PATIENCE = 60
"""Seconds within which a good user must have been served after an abuse; only ever waited in full by a failure."""

QUICK = [one for one in abuse.ABUSES.values() if one.quick]
COMMON = [one for one in QUICK if not one.options and not one.descriptors]
APART = [one for one in QUICK if one.options or one.descriptors]


@pytest.fixture(scope="module")
def common():
    with Server() as server:
        yield server


def good_is_served(server):
    """A good user comes in and says something; the abuse may have left a backlog, not more."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            peer = Peer(server.address, server.good[0])
            try:
                return peer.call("message:send", {"chatId": "good", "content": "hello"}, PATIENCE)["ok"]
            finally:
                peer.close()
        except OSError:
            if time.monotonic() > end or not server.alive:
                raise
            time.sleep(0.1)


def endure(one, server):
    prepared = one.prepare(server)
    assert good_is_served(server)
    before = server.memory()
    memory = Memory(server)
    said = abuse.Attack(one, server, SECONDS, prepared).result()
    assert server.alive, f"the server ended: {server.appliance.last_words()}"
    assert good_is_served(server), said
    assert server.answers(PATIENCE), f"the admin listener is silent: {said}"
    grown = memory.end() - before
    assert grown <= abuse.BAR_MIB, f"memory grew by {grown:.0f} MiB: {said}"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("one", COMMON, ids=lambda one: one.name)
def test_others_are_served(common, one):
    endure(one, common)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("one", APART, ids=lambda one: one.name)
def test_others_are_served_by_a_server_set_up_for_it(one):
    with Server(*abuse.options(one), descriptors=one.descriptors) as server:
        endure(one, server)
