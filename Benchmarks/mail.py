"""A campaign from a release build to a mail server on this machine: how fast, how much memory, and whether kill -9 doubles or loses.

    python3 Benchmarks/mail.py [--recipients 20000] [--kills 0] [--program .build/release/perennial]

Without kills it prints messages a second, the server's processor time and memory, how long a pause takes to hold, and beside it how
often this machine signs with a key of 2,048 bits (openssl speed), which bounds it. Where Postfix and opendkim are installed, and for root,
the receiver is smtp-sink, and smtp-source into it and through Postfix are measured in the same run (mail_rivals.py). With kills the server is
killed so many times at random moments while it sends; then what arrived is compared with what is listed as in doubt. All in a temporary
folder, on loopback.
"""
import argparse
import asyncio
import csv
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import mail_rivals

DEFINITIONS = """kind: template
name: spring
subject: 'Spring for {{ customer.firstName | default: "you" }}'
html: |
  {% extends "base" %}
  {% block content %}
  {% include "title", title: "Spring is here" %}
  <p>Hello {{ customer.firstName | default: "there" }}, have a look at what is new.</p>
  {% include "button", url: links.shop, label: "To the shop" %}
  {% endblock %}
---
kind: segment
name: gold
title: Gold
where:
  - {attribute: plan, is: gold}
---
kind: campaign
name: spring
segment: gold
template: spring
topic: offers
"""


class Sink:
    """Takes all mail, and remembers who got it, before it says so."""

    def __init__(self):
        self.taken = []
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(started)), daemon=True).start()
        started.wait()

    async def serve(self, started):
        server = await asyncio.start_server(self.talk, "127.0.0.1", 0, limit=1 << 22)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()

    async def talk(self, reader, writer):
        recipient = None
        writer.write(b"220 sink\r\n")
        try:
            while line := await reader.readline():
                command = line.strip().upper()
                if command.startswith(b"EHLO"):
                    writer.write(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                elif command.startswith(b"RCPT"):
                    recipient = re.search(rb"<([^>]*)>", line).group(1).decode()
                    writer.write(b"250 ok\r\n")
                elif command == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await writer.drain()
                    await reader.readuntil(b"\r\n.\r\n")
                    self.taken.append(recipient)
                    writer.write(b"250 taken\r\n")
                elif command == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 ok\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()


class Shop:
    def __init__(self, program, folder, port):
        self.program, self.folder = os.path.abspath(program), folder
        self.settings = {
            "PERENNIAL_MAIL_FROM": "Shop <news@shop.example.test>", "PERENNIAL_MAIL_SMTP_HOST": "127.0.0.1",
            "PERENNIAL_MAIL_SMTP_PORT": str(port), "PERENNIAL_MAIL_SMTP_SECURITY": "none",
            "PERENNIAL_MAIL_BOUNCE_DOMAIN": "bounces.shop.example.test", "PERENNIAL_MAIL_DKIM_SELECTORS": "s1",
            "PERENNIAL_SERVER_PUBLIC_URL": "https://m.example.test", "PERENNIAL_COMPANY_NAME": "Shop",
            "PERENNIAL_COMPANY_URL": "https://shop.example.test",
        }
        self.environment = {**os.environ, **self.settings}

    def say(self, *arguments):
        return subprocess.run(
            [self.program, *arguments, "--data", self.folder], env=self.environment, check=True,
            capture_output=True, text=True).stdout

    def serve(self):
        """Begins to serve; one that was killed left its socket behind, which would pass for this one's."""
        if os.path.exists(self.folder + "/perennial.sock"):
            os.remove(self.folder + "/perennial.sock")
        return subprocess.Popen(
            [self.program, "serve", "--port", "0", "--data", self.folder], env=self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def campaign(self):
        return next(csv.DictReader(io.StringIO(self.say("campaign", "list", "--format", "csv"))))


def wait(condition, what, seconds=1800, pause=0.05):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited {seconds} s for {what}")
        time.sleep(pause)


def processor_seconds(process):
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process, name):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith(name))


def signatures_a_second():
    """Of one processor, by OpenSSL; None without it."""
    try:
        output = subprocess.run(
            ["openssl", "speed", "-seconds", "2", "rsa2048"], capture_output=True, text=True).stdout
        return float(re.search(r"^rsa 2048 bits.*?s\s+([\d.]+)\s", output, re.M).group(1))
    except (OSError, AttributeError):
        return None


def measure(shop, taken, count):
    """- taken: how many messages the receiver has."""
    server = shop.serve()
    wait(lambda: os.path.exists(shop.folder + "/perennial.sock"), "the server")
    time.sleep(1)
    before, began = processor_seconds(server), time.monotonic()
    shop.say("campaign", "start", "spring")
    wait(lambda: taken() >= count // 2, "half of it", pause=0.5)
    paused = time.monotonic()
    shop.say("campaign", "pause", "spring")
    held, last = time.monotonic(), taken()
    time.sleep(2)
    late = taken() - last
    resumed = time.monotonic()
    shop.say("campaign", "resume", "spring")
    wait(lambda: taken() >= count, "all of it", pause=0.5)
    took = time.monotonic() - began - (resumed - paused)
    used = processor_seconds(server) - before
    print(f"messages a second\t{count / took:.0f}")
    print(f"processor time of each, µs\t{used / count * 1e6:.0f}")
    print(f"memory, MB\t{memory(server, 'RssAnon')} of its own, {memory(server, 'VmRSS')} with programs and libraries, at most {memory(server, 'VmHWM')}")
    print(f"pause: the command, ms\t{(held - paused) * 1000:.0f}, and {late} messages that were on their way")
    print(f"signatures a second of one processor\t{signatures_a_second()}")
    server.terminate()
    server.wait()


def kill(shop, sink, count, kills):
    shop.say("campaign", "start", "spring")
    luck = random.Random(1)
    done = 0
    for _ in range(kills):
        server = shop.serve()
        wanted = len(sink.taken) + luck.randrange(max(1, count // (kills + 1)))
        end = time.monotonic() + 20
        while len(sink.taken) < wanted and time.monotonic() < end:
            time.sleep(0.01)
        server.send_signal(signal.SIGKILL)
        server.wait()
        done += 1
    server = shop.serve()
    wait(lambda: os.path.exists(shop.folder + "/perennial.sock"), "the server")
    time.sleep(1)
    wait(lambda: shop.campaign()["state"] == "done", "the campaign to end")
    rows = csv.DictReader(io.StringIO(shop.say("mail", "list", "--state", "inDoubt", "--limit", "100000", "--format", "csv")))
    doubted = {row["to"] for row in rows}
    server.terminate()
    server.wait()
    taken = set(sink.taken)
    print(f"kills\t{done}")
    print(f"taken\t{len(sink.taken)}, by {len(taken)} people")
    print(f"in doubt\t{len(doubted)}, of whom {len(doubted & taken)} have it")
    print(f"left out\t{count - len(taken | doubted)}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--recipients", type=int, default=20000)
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--program", default=".build/release/perennial")
    options = options.parse_args()
    has_rivals = mail_rivals.is_here() and not options.kills
    # One more than will come, so that it stays.
    process, port = mail_rivals.sink(options.recipients + 1) if has_rivals else (None, None)
    sink = None if has_rivals else Sink()
    with tempfile.TemporaryDirectory() as folder:
        people, definitions = folder + "/people.ndjson", folder + "/definitions.yaml"
        with open(people, "w") as file:
            for number in range(options.recipients):
                file.write(json.dumps({
                    "type": "identify", "userId": f"u{number}", "messageId": f"m{number}", "timestamp": "2026-01-01T00:00:00Z",
                    "traits": {"email": f"u{number}@d{number % 50}.example.test", "firstName": f"U{number}", "plan": "gold"},
                }) + "\n")
        with open(definitions, "w") as file:
            file.write(DEFINITIONS)
        shop = Shop(options.program, folder + "/data", port or sink.port)
        shop.environment.pop("PERENNIAL_MAIL_DKIM_SELECTORS")
        shop.say("mail", "key", "s1")
        shop.environment = {**os.environ, **shop.settings}
        shop.say("import", "events", people)
        shop.say("apply", definitions)
        shop.say("campaign", "approve", "spring")
        if options.kills:
            kill(shop, sink, options.recipients, options.kills)
        elif has_rivals:
            measure(shop, lambda: int(shop.campaign()["accepted"]), options.recipients)
            process.terminate()
            print(f"smtp-source to smtp-sink, messages a second\t{mail_rivals.limit(options.recipients):.0f}")
            rival = mail_rivals.postfix(min(options.recipients, 10000))
            print(f"Postfix and opendkim, messages a second\t{rival:.0f}")
        else:
            measure(shop, lambda: len(sink.taken), options.recipients)


main()
