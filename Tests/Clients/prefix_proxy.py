"""A proxy that shows an appliance below a path and takes the path off; one request a connection."""

import socket
import threading


class PrefixProxy:
    def __init__(self, appliance, prefix):
        self._target = appliance.address
        self._prefix = prefix.encode()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{prefix}"
        self.strays = []
        """The first lines of requests for something that is not below the path."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                data = client.recv(65536)
                if not data:
                    return
                head += data
            method, _, rest = head.partition(b" ")
            if not rest.startswith(self._prefix + b"/"):
                self.strays.append(head.split(b"\r\n")[0].decode())
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            head = method + b" " + rest[len(self._prefix):]
            if b"\r\nupgrade:" not in head.lower():
                head = head.replace(b"Connection: keep-alive\r\n", b"Connection: close\r\n", 1)
            with socket.create_connection(self._target) as server:
                server.sendall(head)
                threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
                self._pump(server, client)

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            # The other side is gone; so is this one.
            source.close()
