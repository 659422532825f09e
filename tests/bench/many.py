"""An IMAP server of a thousand mailboxes: enough of RFC 3501 and 2177 to be read and watched.

A real server starts a process for each watched mailbox, which would measure the server. `Mailboxes` listens
on a free loopback port in a thread of its own; any user logs in, and each user name is a mailbox.
"""

import asyncio
import re
import threading
import time


class Mailboxes:
    def __init__(self):
        self.port = None
        self.mails = {}
        self.idling = {}
        self.connections = 0
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        ready.wait()

    async def _serve(self, ready):
        self.loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._client, "127.0.0.1", 0, limit=1 << 20, backlog=2000)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await server.serve_forever()

    def deliver(self, user, raw):
        """Puts a mail into a mailbox; the time at which its EXISTS left, None if nobody waits there."""
        return asyncio.run_coroutine_threadsafe(self._deliver(user, raw), self.loop).result()

    async def _deliver(self, user, raw):
        self.mails.setdefault(user, []).append(raw)
        writer = self.idling.get(user)
        if writer is None:
            return None
        writer.write(b"* %d EXISTS\r\n" % len(self.mails[user]))
        await writer.drain()
        return time.monotonic()

    def watched(self):
        return len(self.idling)

    async def _client(self, reader, writer):
        self.connections += 1
        user = None
        try:
            writer.write(b"* OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE] ready\r\n")
            while line := await reader.readline():
                tag, _, command = line.strip().partition(b" ")
                user = await self._answer(reader, writer, tag, command, user)
                await writer.drain()
                if command.upper() == b"LOGOUT":
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.connections -= 1
            if self.idling.get(user) is writer:
                del self.idling[user]
            writer.close()

    async def _answer(self, reader, writer, tag, command, user):
        verb = command.upper()
        mails = self.mails.get(user, [])
        if verb.startswith(b"LOGIN"):
            user = command.split()[1].strip(b'"').decode()
        elif verb.startswith(b"CAPABILITY"):
            writer.write(b"* CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE\r\n")
        elif verb.startswith((b"SELECT", b"EXAMINE")):
            writer.write(b"* FLAGS (\\Seen)\r\n* %d EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT %d] n\r\n"
                         % (len(mails), len(mails) + 1))
        elif verb.startswith(b"UID SEARCH"):
            first = re.search(rb"UID (\d+):", verb.removeprefix(b"UID SEARCH"))
            low = min(int(first.group(1)), max(len(mails), 1)) if first else 1
            writer.write(b"* SEARCH%s\r\n" % b"".join(b" %d" % n for n in range(low, len(mails) + 1)))
        elif verb.startswith(b"UID FETCH"):
            self._fetch(writer, command, mails)
        elif verb.startswith(b"IDLE"):
            writer.write(b"+ idling\r\n")
            self.idling[user] = writer
            await reader.readline()
            self.idling.pop(user, None)
        elif verb.startswith(b"LOGOUT"):
            writer.write(b"* BYE\r\n")
        writer.write(tag + b" OK done\r\n")
        return user

    def _fetch(self, writer, command, mails):
        for part in command.split()[2].split(b","):
            low, _, high = part.partition(b":")
            for uid in range(int(low), int(high or low) + 1):
                raw = mails[uid - 1]
                if b"RFC822.SIZE" in command:
                    writer.write(b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw)))
                else:
                    writer.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(raw), raw))
