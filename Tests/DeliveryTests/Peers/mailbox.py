"""Receives mail as another program's server would: aiosmtpd, unmodified, with STARTTLS and a log-in.

    mailbox.py FOLDER [--implicit]    makes FOLDER/authority.pem and a certificate for localhost; says its port;
                                      writes each message to FOLDER/messages as a line of JSON
"""
import asyncio
import json
import os
import ssl
import subprocess
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def certificate(folder):
    """A certificate of its own authority, for localhost and 127.0.0.1."""
    path = lambda name: os.path.join(folder, name)
    run = lambda *arguments: subprocess.run(
        ("openssl",) + arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *curve, "-keyout", path("authority.key"), "-out", path("authority.pem"),
        "-days", "2", "-subj", "/CN=Test authority")
    run("req", *curve, "-keyout", path("server.key"), "-out", path("server.csr"), "-subj", "/CN=localhost")
    with open(path("names"), "w") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    run("x509", "-req", "-in", path("server.csr"), "-CA", path("authority.pem"), "-CAkey",
        path("authority.key"), "-CAcreateserial", "-out", path("server.pem"), "-days", "2",
        "-extfile", path("names"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("server.pem"), path("server.key"))
    return context


class Mailbox:
    def __init__(self, folder):
        self.journal = os.open(os.path.join(folder, "messages"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "451 4.7.1 Greylisted, try again in 60 seconds"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        line = json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
            "user": getattr(session.auth_data, "login", b"").decode() if session.auth_data else "",
            "content": envelope.original_content.decode(),
        }) + "\n"
        os.write(self.journal, line.encode())
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    isRight = data.login == b"user" and data.password == b"secret"
    return AuthResult(success=isRight, auth_data=data if isRight else None, handled=isRight)


async def serve(folder, is_implicit):
    context = certificate(folder)
    make = lambda: SMTP(
        Mailbox(folder), hostname="mailbox.example.test", authenticator=authenticate,
        auth_required=not is_implicit, auth_require_tls=not is_implicit, require_starttls=False,
        tls_context=None if is_implicit else context)
    server = await asyncio.get_running_loop().create_server(
        make, "127.0.0.1", 0, ssl=context if is_implicit else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], "--implicit" in sys.argv))
