"""Starts the built program once for most tests; each test makes users and chats of its own on it."""

import signal
from types import SimpleNamespace

import pytest

import clock
from admin import Admin
from appliance import SECRET, Appliance
from person import Person
from wire import Wire

clock.shift_own()

# Whoever starts the tests in the background may have these ignored, which a server that they start would honour.
for number in (signal.SIGQUIT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

FAST = (
    "--jwt-secret", SECRET, "--presence-grace", 400, "--typing-timeout", 600, "--connect-timeout", 1000,
    "--rate-limit-messages", 0, "--rate-limit-events", 0,
)
"""Options of the common appliance: times short enough to be waited for, no rates in the way."""


@pytest.fixture(scope="session")
def parley(tmp_path_factory):
    appliance = Appliance(tmp_path_factory.mktemp("common") / "data", *FAST).start()
    yield appliance
    appliance.stop()


@pytest.fixture(autouse=True)
def appliance_lives(request):
    """No test may bring the common appliance down; if one does, it fails, and the next ones get a new process."""
    yield
    if "parley" in request.fixturenames:
        appliance = request.getfixturevalue("parley")
        if not appliance.running:
            last = appliance.last_words()
            appliance.start()
            raise AssertionError("the appliance ended:\n" + last)


@pytest.fixture(scope="session")
def admin(parley):
    return Admin(parley)


@pytest.fixture
def start(tmp_path):
    """start(*options) starts an appliance of the test's own on its own data directory."""
    started = []

    def starter(*options, data=None):
        appliance = Appliance(data or tmp_path / "data", *options)
        started.append(appliance)
        return appliance.start()

    yield starter
    for appliance in started:
        appliance.kill()


@pytest.fixture
def people(parley, admin):
    """people(n) makes n users with a token each, and one chat of all of them; closes their clients at the end."""
    opened = []

    def maker(count, chat=True):
        users = [admin.user() for _ in range(count)]
        for user in users:
            user["token"] = admin.token(user)["token"]

        def person(user, **options):
            client = Person(parley, user["token"], **options)
            opened.append(client)
            return client.connect()

        def wire(user, **options):
            client = Wire(parley, **options)
            opened.append(client)
            client.connect(user["token"])
            return client

        return SimpleNamespace(
            users=users, chat=admin.chat(*users) if chat else None, person=person, wire=wire)

    yield maker
    for client in opened:
        client.close()


@pytest.fixture
def wire(parley):
    """wire() opens a WebSocket without a CONNECT yet."""
    opened = []

    def opener(**options):
        client = Wire(parley, **options)
        opened.append(client)
        return client

    yield opener
    for client in opened:
        client.close()
