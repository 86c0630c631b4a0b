"""Receives webhooks as another system would, and fills an outbox for it.

    webhooks.py receive SECRET JOURNAL     verifies each message by the standardwebhooks package; says its port
    webhooks.py fill RECORDS COUNT NAME    puts so many webhooks to a receiver into a workspace that nobody owns
    webhooks.py tasks RECORDS COUNT        puts so many tasks there
"""
import http.server
import json
import os
import sqlite3
import sys


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers by the path: /ok, /gone, /busy, /away, /broken."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if len(body) < int(self.headers["content-length"]):
            # Its sender was killed halfway: no request yet.
            self.close_connection = True
            return
        try:
            message = self.server.verifier.verify(body, dict(self.headers))
            told = {
                "id": self.headers["webhook-id"], "path": self.path, "type": message["type"],
                "data": message["data"],
            }
        except Exception as error:
            told = {"error": repr(error), "path": self.path}
        line = json.dumps(told) + "\n"
        # One write each, so that lines of several threads don't mix.
        os.write(self.server.journal, line.encode())
        status, headers = {
            "/gone": (410, {}), "/busy": (429, {"Retry-After": "3600"}),
            "/away": (302, {"Location": "/ok"}), "/broken": (500, {}),
        }.get(self.path, (204, {}))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def receive(secret, journal):
    import standardwebhooks

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    server.verifier = standardwebhooks.Webhook(secret)
    server.journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def fill(records, count, name):
    store = sqlite3.connect(records)
    with store:
        for number in range(int(count)):
            payload = {"type": "journey.webhook", "data": {"number": number, "name": "Zoë"}}
            store.execute(
                "INSERT INTO outbox (key, kind, customer, journey, version, run, step, receiver,"
                " payload, state, due_at, created_at)"
                " VALUES (?, 'webhook', 1, 'win-back', 1, 'r', 'tell', ?, ?, 'pending', 1, 1)",
                (f"key-{name}-{number}", name, json.dumps(payload)))
    store.close()


def tasks(records, count):
    store = sqlite3.connect(records)
    with store:
        for number in range(int(count)):
            store.execute(
                "INSERT INTO tasks (key, customer, title, owner, due_at, journey, run, step,"
                " created_at) VALUES (?, 1, ?, 'sales', ?, 'win-back', 'r', 'call', 1)",
                (f"task-{number}", f"Call {number}", 1_700_000_000_000 + number % 3))
    store.close()


{"receive": receive, "fill": fill, "tasks": tasks}[sys.argv[1]](*sys.argv[2:])
