#!/usr/bin/env python3
"""The fastest plain IMAP download: one FETCH of all mails, each cut out of the stream and thrown away.

    imap_floor.py [--port P] [--user U] [--password W]

What any client must do at least. Prints the number of messages and bytes.
"""

import argparse
import re
import socket

LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class Session:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb", buffering=1 << 20)
        self.file.readline()
        self.commands = 0

    def command(self, text):
        """Yield each literal of the answer; raise unless it ends with OK."""
        self.commands += 1
        tag = b"A%d" % self.commands
        self.socket.sendall(tag + b" " + text.encode() + b"\r\n")
        while True:
            line = self.file.readline()
            if line.startswith(tag + b" OK"):
                return
            if not line or line.startswith(tag + b" "):
                raise SystemExit("%s: %s" % (text, line.decode()))
            literal = LITERAL.search(line)
            if literal:
                yield self.file.read(int(literal.group(1)))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--port", type=int, default=143)
    p.add_argument("--user", default="reports")
    p.add_argument("--password", default="reports")
    a = p.parse_args()
    session = Session(a.port)
    for text in ("LOGIN %s %s" % (a.user, a.password), "SELECT INBOX"):
        list(session.command(text))
    count = total = 0
    for mail in session.command("UID FETCH 1:* BODY.PEEK[]"):
        count += 1
        total += len(mail)
    list(session.command("LOGOUT"))
    print(count, total)


if __name__ == "__main__":
    main()
