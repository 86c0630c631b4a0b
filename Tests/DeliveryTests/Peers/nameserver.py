"""Answers questions of the DNS as servers do, and as broken or hostile ones do; over UDP and TCP on one port.

    nameserver.py    says its port, and ends with its standard input. What it does stands in the first label of the
                     name that is asked for.

Encodes and decodes by itself, so that a mistake of the resolver isn't made here too.
"""
import socket
import socketserver
import struct
import sys
import threading

TYPES = {1: "A", 5: "CNAME", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA"}
counts = {}


def name(text):
    return b"".join(bytes([len(part)]) + part for part in text.encode("latin-1").split(b".") if part) + b"\0"


def question(data):
    at, labels = 12, []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode("latin-1"))
        at += 1 + data[at]
    kind = struct.unpack(">H", data[at + 1:at + 3])[0]
    return labels, kind, data[12:at + 5]


def record(owner, kind, data, kclass=1):
    return owner + struct.pack(">HHIH", kind, kclass, 60, len(data)) + data


def text(*strings):
    return b"".join(bytes([len(one)]) + one for one in strings)


def message(query, asked, answers, code=0, flags=0x8180, number=None, count=None):
    number = query[:2] if number is None else number
    count = len(answers) if count is None else count
    return number + struct.pack(">HHHHH", flags | code, 1, count, 0, 0) + asked + b"".join(answers)


HERE = b"\xc0\x0c"


def answers(query, is_stream):
    """The datagrams or messages to send; an empty list for silence, None to close."""
    labels, kind, asked = question(query)
    what = labels[0].lower()
    counts[what] = counts.get(what, 0) + 1
    say = lambda *records, **more: [message(query, asked, list(records), **more)]
    one = {1: bytes([192, 0, 2, 1]), 28: bytes.fromhex("20010db8000000000000000000000001"), 5: name("Other.Example"),
           12: name("host.example"), 15: struct.pack(">H", 10) + name("mail.example"), 16: text(b"yes")}[kind]
    yes = record(HERE, kind, one)
    no = record(HERE, kind, text(b"forged")) if kind == 16 else yes
    if what == "plain":
        return say(yes)
    if what == "long":
        return say(record(HERE, 16, text(b"v=DKIM1; p=" + b"A" * 200, b"B" * 255, b"", b"C")))
    if what == "several":
        return say(yes, record(HERE, kind, text(b"two")), record(HERE, 46, b"signature"))
    if what == "null":
        return say(record(HERE, 15, struct.pack(">H", 0) + b"\0"))
    if what == "alias":
        return say(record(HERE, 5, name("a.example")), record(name("a.example"), 5, name("B.example")),
                   record(name("b.example"), kind, one))
    if what == "circle":
        return say(record(HERE, 5, name("a.example")), record(name("a.example"), 5, HERE))
    if what == "nothing":
        return say()
    if what == "gone":
        return say(code=3)
    if what in ("servfail", "refused", "formerr", "notimp"):
        return say(code={"servfail": 2, "refused": 5, "formerr": 1, "notimp": 4}[what])
    if what == "large":
        if not is_stream:
            return say(record(HERE, 16, text(b"cut"))[:14], flags=0x8380, count=1)
        return say(*[record(HERE, 16, text(bytes([65 + i]) * 200)) for i in range(20)])
    if what == "alwayscut":
        return say(flags=0x8380)
    if what == "closes":
        return None if is_stream else say(flags=0x8380)
    if what == "half":
        return [b"\x01"] if is_stream else say(flags=0x8380)
    if what == "silent":
        return []
    if what == "secondtime":
        return [] if counts[what] == 1 else say(yes)
    # What is sent by who would have his own answer taken, and the true one behind it.
    forged = {
        "otherid": lambda: message(query, asked, [no], number=bytes([query[0] ^ 1, query[1]])),
        "othername": lambda: message(query, name("other.example") + asked[-4:], [no]),
        "otherkind": lambda: message(query, asked[:-4] + struct.pack(">HH", 99, 1), [no]),
        "otherclass": lambda: message(query, asked[:-2] + b"\0\3", [no]),
        "aquery": lambda: message(query, asked, [no], flags=0x0100),
        "noquestion": lambda: query[:2] + struct.pack(">HHHHH", 0x8180, 0, 1, 0, 0) + record(b"\0", kind, one),
        "noise": lambda: bytes(range(256)),
        "empty": lambda: b"",
        "short": lambda: query[:11],
    }
    if what in forged:
        return [forged[what](), *say(yes)]
    # What is the answer by number and question, and can't be read.
    broken = {
        "loop": record(HERE, 5, b"\xc0" + bytes([12 + len(asked) + 12])),
        "forward": record(b"\xc0\xff", kind, one),
        "longname": record(HERE, 5, (b"\x3f" + b"a" * 63) * 4 + b"\0"),
        "badlabel": record(HERE, 5, b"\x80a\0"),
        "wronglength": record(HERE, 1, b"\1\2\3"),
        "beyond": HERE + struct.pack(">HHIH", kind, 1, 60, 500) + one,
        "inside": record(HERE, 15, struct.pack(">H", 10) + name("mail.example") + b"x"),
        "badtext": record(HERE, 16, b"\x09abc"),
    }
    if what in broken:
        return say(broken[what])
    if what == "many":
        return say(yes, count=60000)
    if what == "missing":
        return say(yes, count=2)
    if what == "otherowner":
        return say(record(name("other.example"), kind, one))
    if what == "chaos":
        return say(record(HERE, kind, one, kclass=3))
    if what == "odd":
        return say(record(HERE, 12, b"\x05a.b\\c\x02\x00\xff\0"))
    return say(code=3)


class Datagrams(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        for reply in answers(data, False) or []:
            sock.sendto(reply, self.client_address)


class Streams(socketserver.StreamRequestHandler):
    def handle(self):
        data = self.rfile.read(2)
        if len(data) < 2:
            return
        replies = answers(self.rfile.read(struct.unpack(">H", data)[0]), True)
        for reply in replies or []:
            whole = struct.pack(">H", len(reply) if len(reply) > 1 else 500) + reply
            # In pieces, as networks do.
            self.wfile.write(whole[:1])
            self.wfile.flush()
            self.wfile.write(whole[1:])


class DatagramServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


class StreamServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def servers():
    while True:
        streams = StreamServer(("127.0.0.1", 0), Streams)
        try:
            return streams, DatagramServer(streams.server_address, Datagrams)
        except OSError:
            streams.server_close()


if __name__ == "__main__":
    streams, datagrams = servers()
    for server in (streams, datagrams):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(streams.server_address[1], flush=True)
    sys.stdin.read()
