"""GET /admin/backup of a database of tens of megabytes: streamed, with memory that does not grow with it."""

import sqlite3
import time

import requests

from admin import Admin
from appliance import run

MEGABYTE = 1 << 20
SIZE = 60
"""Megabytes of the database."""


def peak(process):
    """The most memory that the process had since `forget`, in bytes."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def forget(process):
    """The peak is from now on that of now."""
    with open(f"/proc/{process.pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def test_a_backup_is_streamed_and_memory_does_not_grow_with_it(start, tmp_path):
    appliance = start()
    user = Admin(appliance).user()
    appliance.stop()
    connection = sqlite3.connect(appliance.data / "parley.db")
    with connection:
        connection.execute(
            "WITH n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?) "
            "INSERT INTO settings SELECT 'pad ' || n, hex(randomblob(?)) FROM n", (SIZE, MEGABYTE // 2))
    connection.close()
    size = (appliance.data / "parley.db").stat().st_size
    assert size > SIZE * MEGABYTE

    appliance.start()
    admin = Admin(appliance)
    admin.user()
    forget(appliance.process)
    before = peak(appliance.process)
    backup = tmp_path / "backup.db"
    answer = requests.get(
        appliance.admin_url + "/admin/backup", stream=True, timeout=60,
        headers={"Authorization": f"Bearer {appliance.admin_key}"})
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    with open(backup, "wb") as file:
        for part in answer.iter_content(256 * 1024):
            file.write(part)
            # Slower than the server can read: what it would keep for us shows in its memory.
            time.sleep(0.002)
    growth = peak(appliance.process) - before
    assert growth < size / 3, f"{growth / MEGABYTE:.1f} MiB more for a file of {size / MEGABYTE:.1f} MiB"
    assert backup.stat().st_size >= SIZE * MEGABYTE
    assert not [path.name for path in appliance.data.iterdir() if "backup" in path.name], "a copy was left behind"
    appliance.stop()
    assert run("check", backup)[0] == 0
    copy = sqlite3.connect(f"file:{backup}?immutable=1", uri=True)
    assert copy.execute("SELECT count(*) FROM user_list WHERE id = ?", (user["id"],)).fetchone() == (1,)
    copy.close()
