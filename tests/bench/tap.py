"""A TCP relay in front of the IMAP server that remembers when EXISTS passed: for the latency benchmark."""

import socket
import threading
import time


class Tap:
    def __init__(self, server_port):
        self.server_port = server_port
        # the monotonic time of the last untagged EXISTS (RFC 3501 section 7.3.1) that went to the client
        self.exists = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.server_port))
            for a, b, watched in ((client, server, False), (server, client, True)):
                a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._relay, args=(a, b, watched), daemon=True).start()

    def _relay(self, source, target, watched):
        try:
            while data := source.recv(1 << 16):
                if watched and b" EXISTS\r\n" in data:
                    self.exists = time.monotonic()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()
