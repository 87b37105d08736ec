"""All abuses: what each does, and how it is set up. A family of them is a file; `abuse` puts a function on the list."""

from dataclasses import dataclass, field
from typing import Callable

ABUSES = {}


@dataclass
class Abuse:
    """`run(server, end, *prepared)` goes on until `end` (monotonic) in processes of its own, and says what it did."""

    name: str
    run: Callable
    says: str
    prepare: Callable = lambda server: ()
    options: tuple = ()
    processes: int = 1
    descriptors: int | None = None
    quick: bool = True
    """Part of the short round of `make test`: what it keeps on a server is gone soon, and it needs little set-up."""
    seconds: int = 9
    check: Callable | None = None
    """`check(server, *prepared)`, beside the abuse: whether others are served, where that is what it is about."""
    notes: dict = field(default_factory=dict)


def abuse(says, **options):
    def add(function):
        name = function.__name__.replace("_", "-")
        assert name not in ABUSES, f"two abuses are called {name}"
        ABUSES[name] = Abuse(name, function, says, **options)
        return function

    return add
