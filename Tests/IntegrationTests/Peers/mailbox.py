"""Receives mail and verifies it, as others' servers do: aiosmtpd and dkimpy, unmodified.

    mailbox.py receive JOURNAL     says its port; writes each message to JOURNAL as a line of JSON
    mailbox.py verify JOURNAL NAME RECORD
                                   answers with a line for each message: whether all its signatures hold, the DNS having
                                   RECORD at NAME
"""
import asyncio
import email
import json
import os
import sys


class Mailbox:
    def __init__(self, journal):
        self.journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def handle_DATA(self, server, session, envelope):
        data = envelope.original_content
        mail = email.message_from_bytes(data)
        line = json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos[0], "content": data.decode(),
            "subject": mail["subject"], "unsubscribe": mail["list-unsubscribe"],
            "oneClick": mail["list-unsubscribe-post"],
            "parts": {
                part.get_content_type(): part.get_payload(decode=True).decode()
                for part in mail.walk() if not part.is_multipart()
            },
        }) + "\n"
        os.write(self.journal, line.encode())
        return "250 2.0.0 taken"


async def receive(journal):
    from aiosmtpd.smtp import SMTP

    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Mailbox(journal), hostname="mailbox.example.test"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def verify(journal, name, record):
    import dkim

    def answer(asked, timeout=5):
        return record.encode() if asked.decode().rstrip(".") == name else None

    with open(journal) as lines:
        for line in lines:
            data = json.loads(line)["content"].encode()
            count = len(email.message_from_bytes(data).get_all("dkim-signature", []))
            holds = [dkim.DKIM(data).verify(idx=index, dnsfunc=answer) for index in range(count)]
            print("holds" if holds and all(holds) else "broken", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "receive":
        asyncio.run(receive(sys.argv[2]))
    else:
        verify(*sys.argv[2:])
