"""An SMTP server that takes everything and remembers when: for the latency benchmark.

`Sink` listens on a free loopback port in a thread of its own. `arrivals` maps each recipient to the
monotonic time at which the final dot of its mail was read (RFC 5321 section 4.1.1.4).
"""

import asyncio
import threading
import time


class Sink:
    def __init__(self):
        self.arrivals = {}
        self.changed = threading.Condition()
        self.port = None
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        ready.wait()

    async def _serve(self, ready):
        server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await server.serve_forever()

    async def _client(self, reader, writer):
        recipients = []
        writer.write(b"220 sink.example ESMTP\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-sink.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                while await reader.readline() not in (b".\r\n", b""):
                    pass
                with self.changed:
                    self.arrivals.update((to, time.monotonic()) for to in recipients)
                    self.changed.notify_all()
                recipients = []
                writer.write(b"250 2.0.0 taken\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                break
            else:
                if verb == b"RCPT":
                    recipients.append(line.split(b"<")[1].split(b">")[0].decode().lower())
                writer.write(b"250 2.0.0 good\r\n")
            await writer.drain()
        writer.close()

    def wait_for(self, recipient, seconds):
        """When the recipient's mail was taken; raises TimeoutError if it does not come."""
        with self.changed:
            if not self.changed.wait_for(lambda: recipient in self.arrivals, seconds):
                raise TimeoutError("no letter to %s within %d s" % (recipient, seconds))
            return self.arrivals[recipient]
