"""Puts the folders whose modules the endurance tests share on the import path; imported first by each of them."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

for folder in ("Clients", "Bench", "Endurance"):
    if str(TESTS / folder) not in sys.path:
        sys.path.insert(0, str(TESTS / folder))
