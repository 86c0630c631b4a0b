"""Plays the providers of messages on one port, and writes down what they were asked.

    providers.py JOURNAL KEY    KEY: the PEM of the private key that assertions are signed with; says its port

What is answered depends on the end of the number, or of the device's token:
0429 once "too many", 0500 an error, 0610 unsubscribed, 0404 unknown, 0099 the connection breaks after the request,
0666 no answer at all.
"""
import base64
import http.server
import json
import os
import socket
import sys
import threading
import time
import urllib.parse


class Provider(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if len(body) < int(self.headers["content-length"]):
            self.close_connection = True
            return
        name, told, address = self.understood(body)
        told["provider"] = name
        told["path"] = self.path
        told["key"] = self.headers.get("idempotency-key", "")
        told["authorization"] = self.headers.get("authorization", "")
        end = address[-4:]
        with self.server.lock:
            self.server.seen[address] = self.server.seen.get(address, 0) + 1
            count = self.server.seen[address]
        told["count"] = count
        # One write each, so that lines of several threads don't mix.
        os.write(self.server.journal, (json.dumps(told) + "\n").encode())
        if end == "0099" and (name != "gateway" or count == 1):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif end == "0666":
            time.sleep(3600)
        elif end == "0429" and count == 1:
            self.answer(429, {"code": 20429, "message": "Too Many Requests"}, {"Retry-After": "1"})
        elif end == "0500":
            self.answer(500, {"message": "something broke"})
        elif end == "0610":
            self.answer(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"})
        elif end == "0404":
            self.answer(404, {"error": {
                "code": 404, "status": "NOT_FOUND", "message": "Requested entity was not found.",
                "details": [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
                             "errorCode": "UNREGISTERED"}]}})
        elif name == "token":
            self.answer(200, {"access_token": "ya29.sample", "expires_in": 3599})
        elif name == "twilio":
            self.answer(201, {"sid": "SM%032d" % count, "status": "queued"})
        elif name == "fcm":
            self.answer(200, {"name": "projects/shop/messages/1"})
        elif name == "gateway":
            self.answer(202, {"id": "g-1"})
        else:
            self.answer(200, None)

    def understood(self, body):
        """Who is asked, what for, and whom it is for."""
        if self.path.endswith("/Messages.json"):
            form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
            return "twilio", {"form": form}, form["To"]
        if self.path == "/token":
            form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
            return "token", {"claims": self.claims(form["assertion"])}, "token"
        message = json.loads(body)
        if self.path == "/sms":
            return "gateway", {"json": message}, message["to"]
        if self.path.endswith("/messages:send"):
            return "fcm", {"json": message}, message["message"]["token"]
        return "chat", {"json": message}, self.path

    def claims(self, assertion):
        """What an assertion says, once its signature holds."""
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.hashes import SHA256

        head, claims, signature = assertion.split(".")
        self.server.key.verify(
            decoded(signature), (head + "." + claims).encode(), padding.PKCS1v15(), SHA256())
        return json.loads(decoded(claims))

    def answer(self, status, message, headers={}):
        body = b"ok" if message is None else json.dumps(message).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def serve(journal, key):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.daemon_threads = True
    server.lock = threading.Lock()
    server.seen = {}
    server.key = load_pem_private_key(open(key, "rb").read(), None).public_key()
    server.journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    print(server.server_address[1], flush=True)
    server.serve_forever()


serve(*sys.argv[1:])
