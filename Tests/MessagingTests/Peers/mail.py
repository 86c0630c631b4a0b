"""Reads and makes mail as others would: dkimpy verifies, Python's own email package parses and composes.

    mail.py verify FOLDER    verifies each signature of each *.eml; the DNS is FOLDER/dns.json, a name to a record
    mail.py parse FOLDER     says what each *.eml holds
    mail.py reports FOLDER   writes reports and other mail as *.eml
    mail.py domains FOLDER   writes the A-label of each line of FOLDER/domains.txt, or nothing where it has none

Each but the last two answers with a line of JSON for each file, by name.
"""
import email
import email.header
import email.message
import email.mime.message
import email.mime.multipart
import email.mime.nonmultipart
import email.mime.text
import email.policy
import email.utils
import json
import pathlib
import sys


def verify(folder):
    import dkim

    records = json.loads((folder / "dns.json").read_text())

    def answer(name, timeout=5):
        record = records.get(name.decode().rstrip("."))
        return record.encode() if record else None

    for file in sorted(folder.glob("*.eml")):
        data = file.read_bytes()
        count = len(email.message_from_bytes(data).get_all("dkim-signature", []))
        verdicts = []
        for index in range(count):
            try:
                verdicts.append(dkim.DKIM(data, minkey=1024).verify(idx=index, dnsfunc=answer))
            except dkim.DKIMException as error:
                verdicts.append(repr(error))
        print(json.dumps({"file": file.name, "verdicts": verdicts}))


def mailbox(data, name):
    """The name and address of a field. The newer policy keeps folds between encoded words of a name as spaces (against
    RFC 2047 §6.2), so that this takes the older functions."""
    value = email.message_from_bytes(data)[name].replace("\r\n", "")
    shown, address = email.utils.parseaddr(value)
    return [str(email.header.make_header(email.header.decode_header(shown))), address]


def parse(folder):
    for file in sorted(folder.glob("*.eml")):
        data = file.read_bytes()
        mail = email.message_from_bytes(data, policy=email.policy.SMTP)
        texts = {}
        files = []
        defects = [repr(defect) for defect in mail.defects]
        for part in mail.walk():
            defects += [repr(defect) for defect in part.defects]
            if part.is_multipart():
                continue
            name = part.get_filename()
            if name is None:
                texts[part.get_content_type()] = part.get_content()
            else:
                files.append({
                    "name": name, "type": part.get_content_type(),
                    "id": part.get("content-id") and str(part["content-id"]),
                    "disposition": part.get_content_disposition(),
                    "hex": part.get_payload(decode=True).hex()})
        print(json.dumps({
            "file": file.name, "defects": defects, "texts": texts, "files": files,
            "names": mail.keys(), "subject": str(mail["subject"]),
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "from": mailbox(data, "from"), "to": mailbox(data, "to"),
            "date": mail["date"].datetime.timestamp(), "type": mail.get_content_type(),
            "lineMax": max(len(line) for line in data.split(b"\r\n")),
            "isASCII": data.isascii(), "loneEnds": data.replace(b"\r\n", b"").count(b"\n")
            + data.replace(b"\r\n", b"").count(b"\r")}))


def status(*groups):
    part = email.mime.nonmultipart.MIMENonMultipart("message", "delivery-status")
    blocks = []
    for group in groups:
        block = email.message.Message()
        for name, value in group.items():
            block[name] = value
        blocks.append(block)
    part.set_payload(blocks)
    return part


def original():
    message = email.mime.text.MIMEText("Grüße aus dem Laden", "plain", "utf-8")
    message["From"] = "The Shop <shop@example.com>"
    message["To"] = "zoe@example.test"
    message["Subject"] = "Wir vermissen dich"
    message["Message-ID"] = "<out_0000000000001@example.com>"
    message["Return-Path"] = "<bounce+x.y@bounces.example.com>"
    return message


def report(kind, *parts, **parameters):
    mail = email.mime.multipart.MIMEMultipart("report", report_type=kind, **parameters)
    mail["From"] = "MAILER-DAEMON@mx.example.test"
    mail["To"] = "bounce@bounces.example.com"
    mail["Auto-Submitted"] = "auto-replied"
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail.attach(email.mime.text.MIMEText("I'm sorry to have to inform you…\n", "plain", "utf-8"))
    for part in parts:
        mail.attach(part)
    return mail


def reports(folder):
    def write(name, mail, policy=email.policy.SMTP):
        (folder / (name + ".eml")).write_bytes(mail.as_bytes(policy=policy))

    server = {"Reporting-MTA": "dns; mx.example.test", "Arrival-Date": "Mon, 4 May 2026 09:30:00 +0000"}

    def recipient(action, code, words, **more):
        return {
            "Original-Recipient": "rfc822;zoe@example.test",
            "Final-Recipient": "rfc822; zoe.b@example.test", "Action": action, "Status": code,
            "Remote-MTA": "dns; mail.example.test", "Diagnostic-Code": "smtp; " + words, **more}

    copy = email.mime.message.MIMEMessage(original())
    unknown = recipient("failed", "5.1.1", "550 5.1.1 <zoe.b@example.test>: Recipient address\n rejected: User unknown")
    write("hard", report("delivery-status", status(server, unknown), copy))
    write("hard-lf", report("delivery-status", status(server, unknown), copy), email.policy.default)
    headers = email.mime.text.MIMEText(
        "".join(f"{name}: {value}\n" for name, value in original().items()), "rfc822-headers", "us-ascii")
    full = recipient("failed", "5.2.2", "552 5.2.2 Mailbox full")
    write("full", report("delivery-status", status(server, full), headers))
    later = recipient("delayed", "4.4.1", "connect to mail.example.test[192.0.2.1]:25: Connection timed out")
    write("delayed", report("delivery-status", status(server, later), copy))
    vague = recipient("failed", "5.0.0", "550-5.7.26 Your email has been blocked because the sender is unauthenticated.")
    write("vague", report("delivery-status", status(server, vague), copy))
    good = recipient("delivered", "2.1.5", "250 2.1.5 Ok")
    write("several", report("delivery-status", status(server, good, unknown), copy))

    worded = email.mime.text.MIMEText(
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\nrecipients.\n\n"
        "  zoe@example.test\n    host mail.example.test [192.0.2.1]\n"
        "    SMTP error from remote mail server after RCPT TO:<zoe@example.test>:\n"
        "    550 5.1.1 No such user here\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        "Message-ID: <out_0000000000001@example.com>\nSubject: hi\n\n452 4.2.2 mailbox full\n")
    worded["From"] = "Mail Delivery System <Mailer-Daemon@mx.example.test>"
    worded["Subject"] = "Mail delivery failed: returning message to sender"
    worded["X-Failed-Recipients"] = "zoe@example.test"
    worded["Auto-Submitted"] = "auto-replied"
    write("exim", worded)

    plain = email.mime.text.MIMEText(
        "Hi. This is the qmail-send program at mx.example.test.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<zoe@example.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\nMessage-ID: <out_0000000000001@example.com>\n")
    plain["From"] = "MAILER-DAEMON@mx.example.test"
    plain["Subject"] = "failure notice"
    write("qmail", plain)

    feedback = email.mime.nonmultipart.MIMENonMultipart("message", "feedback-report")
    feedback.set_payload(
        "Feedback-Type: abuse\nUser-Agent: SomeProvider-FBL/1.0\nVersion: 1\n"
        "Original-Mail-From: <bounce+x.y@bounces.example.com>\n"
        "Original-Rcpt-To: <zoe@example.test>\nSource-IP: 192.0.2.1\n")
    write("complaint", report("feedback-report", feedback, copy))

    away = email.mime.text.MIMEText("Ich bin erst am Montag wieder da.", "plain", "iso-8859-1")
    away["From"] = email.utils.formataddr(("Zoë", "zoe@example.test"))
    away["Subject"] = email.header.Header(
        "Abwesenheitsnotiz: Größe 38 ist wieder da, für dich und alle anderen auch noch dazu", "utf-8").encode()
    write("away", away)
    away = email.mime.text.MIMEText("I am away.", "plain", "utf-8")
    away["From"] = "zoe@example.test"
    away["Auto-Submitted"] = "auto-replied (vacation)"
    away["Subject"] = "Re: news"
    write("vacation", away)

    leave = email.mime.text.MIMEText("", "plain")
    leave["From"] = email.utils.formataddr(("Zoë", "zoe@example.test"))
    leave["Subject"] = "AbCdEfGhIjKlMnOpQrSt-_09"
    write("unsubscribe", leave)
    leave = email.mime.text.MIMEText("STOP!\n\nAm 4. Mai schrieb der Laden:\n> Hallo\n", "plain", "utf-8")
    leave["From"] = "zoe@example.test"
    leave["Subject"] = "Re: Wir vermissen dich"
    write("stop", leave)
    question = email.mime.text.MIMEText("When does the shop open? I'd never unsubscribe.\n", "plain", "utf-8")
    question["From"] = "zoe@example.test"
    question["Subject"] = "Re: Wir vermissen dich"
    write("question", question)


def domains(folder):
    import idna

    labels = []
    for line in (folder / "domains.txt").read_text().splitlines():
        try:
            labels.append(idna.encode(line).decode())
        except idna.IDNAError:
            labels.append("")
    (folder / "labels.txt").write_text("\n".join(labels))


{"verify": verify, "parse": parse, "reports": reports, "domains": domains}[sys.argv[1]](
    pathlib.Path(sys.argv[2]))
