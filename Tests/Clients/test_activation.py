"""Socket activation: the service manager holds the listening socket, and a restart refuses nobody."""

import socket
import subprocess
import threading
from types import SimpleNamespace

from admin import Admin
from appliance import Appliance, environment
from wire import Wire

PASS_ON = 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
"""As a service manager does it: the socket as descriptor 3, and whose it is in the environment."""


class Activated(Appliance):
    """An appliance that is given its public listener."""

    def __init__(self, data, listener, *options):
        super().__init__(data, *options)
        self.listener = listener

    def spawn(self, command):
        number = self.listener.fileno()
        return subprocess.Popen(
            ["bash", "-c", PASS_ON, "bash", str(number), *command], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(), text=True, errors="replace",
            pass_fds=[number])


def test_who_connects_during_a_restart_waits_instead_of_being_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        appliance = Activated(tmp_path / "data", listener)
        try:
            appliance.start()
            assert appliance.address == listener.getsockname()
            admin = Admin(appliance)
            user = admin.user()
            token = admin.token(user)["token"]
            with Wire(appliance) as client:
                client.connect(token)
            appliance.stop()

            # Nobody serves, and yet the connection is taken: its handshake waits in the kernel.
            came = []
            connected = threading.Event()
            waiting = socket.create_connection(listener.getsockname(), timeout=30)
            waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: parley\r\nConnection: close\r\n\r\n")

            place = SimpleNamespace(ws_url=appliance.ws_url)

            def connect():
                with Wire(place) as client:
                    client.connect(token)
                    came.append(client.ready["user"]["id"])
                connected.set()

            thread = threading.Thread(target=connect)
            thread.start()
            address = appliance.addresses["public"]
            appliance.start()
            assert appliance.addresses["public"] == address
            assert connected.wait(30)
            thread.join()
            assert came == [user["id"]]
            answer = b""
            while part := waiting.recv(4096):
                answer += part
            waiting.close()
            assert answer.startswith(b"HTTP/1.1 200 ")
            appliance.stop()
            # The manager's socket is as it was.
            socket.create_connection(listener.getsockname(), timeout=5).close()
        finally:
            appliance.kill()
