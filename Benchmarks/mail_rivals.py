"""What bounds mail on this machine, and what does the like: smtp-source into smtp-sink, and the same through Postfix that signs by opendkim.

    sudo python3 Benchmarks/mail_rivals.py [--messages 10000]

Needs the packages postfix and opendkim, and to be root, as Postfix's master is. An instance of its own, in a temporary folder, on loopback.
"""
import argparse
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BYTES = 12000
MAIN = """compatibility_level = 3.6
myhostname = mx.shop.example.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = {folder}/spool
data_directory = {folder}/data
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:{sink}
smtpd_milters = inet:127.0.0.1:{milter}
milter_default_action = tempfail
smtpd_client_connection_count_limit = 0
default_destination_concurrency_limit = 64
initial_destination_concurrency = 32
default_process_limit = 200
qmgr_message_active_limit = 40000
qmgr_message_recipient_limit = 40000
"""
SIGNER = """Domain shop.example.test
Selector s1
KeyFile {folder}/s1.key
Socket inet:{milter}@127.0.0.1
Canonicalization relaxed/relaxed
Mode s
Background no
Syslog no
RequireSafeKeys no
InternalHosts {folder}/hosts
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def sink(count):
    """smtp-sink, which ends after so many messages, and its port."""
    port = free_port()
    process = subprocess.Popen(
        ["smtp-sink", "-M", str(count), "-u", "nobody", f"127.0.0.1:{port}", "256"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_for(port)
    return process, port


def wait_for(port):
    for _ in range(200):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def pour(port, count):
    """So many messages over connections that stay open. The sink ends at the last without a word, which smtp-source calls an error."""
    subprocess.run(
        ["smtp-source", "-d", "-l", str(BYTES), "-m", str(count), "-s", "16", "-f", "news@shop.example.test",
         "-t", "somebody@example.test", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def limit(count):
    """Messages a second that smtp-source hands to smtp-sink."""
    process, port = sink(count)
    began = time.monotonic()
    pour(port, count)
    process.wait(600)
    return count / (time.monotonic() - began)


def postfix(count):
    """Messages a second that come out of Postfix signed, from the first that goes in to the last that is taken."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        process, taken = sink(count)
        entrance, milter = free_port(), free_port()
        for name in ("etc", "spool", "data"):
            os.mkdir(f"{folder}/{name}")
        shutil.chown(f"{folder}/data", "postfix")
        names = {"folder": folder, "sink": taken, "milter": milter}
        write(f"{folder}/etc/main.cf", MAIN.format(**names))
        write(f"{folder}/etc/master.cf", services(entrance))
        write(f"{folder}/hosts", "127.0.0.1\n")
        write(f"{folder}/opendkim.conf", SIGNER.format(**names))
        subprocess.run(["openssl", "genrsa", "-out", f"{folder}/s1.key", "2048"], check=True, stderr=subprocess.DEVNULL)
        signer = subprocess.Popen(["opendkim", "-x", f"{folder}/opendkim.conf", "-f"], start_new_session=True)
        try:
            wait_for(milter)
            subprocess.run(["postfix", "-c", f"{folder}/etc", "start"], check=True, stderr=subprocess.DEVNULL)
            wait_for(entrance)
            began = time.monotonic()
            pour(entrance, count)
            process.wait(600)
            return count / (time.monotonic() - began)
        finally:
            subprocess.run(["postfix", "-c", f"{folder}/etc", "stop"], stderr=subprocess.DEVNULL)
            signer.send_signal(signal.SIGTERM)
            signer.wait(10)
            if process.poll() is None:
                process.terminate()


def services(entrance):
    """The system's services of Postfix, not in a root folder of their own, with our entrance."""
    lines = []
    with open("/etc/postfix/master.cf") as file:
        for line in file:
            fields = line.split()
            if line.startswith("#") or not fields:
                continue
            if not line[0].isspace():
                if fields[:2] == ["smtp", "inet"]:
                    fields[0] = f"127.0.0.1:{entrance}"
                fields[4] = "n"
                line = " ".join(fields) + "\n"
            lines.append(line)
    return "".join(lines)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def is_here():
    return os.geteuid() == 0 and all(shutil.which(name) for name in ("smtp-sink", "smtp-source", "postfix", "opendkim"))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=10000)
    count = options.parse_args().messages
    if not is_here():
        raise SystemExit("needs root, and the packages postfix and opendkim")
    print(f"smtp-source to smtp-sink, messages a second\t{limit(count):.0f}")
    print(f"through Postfix and opendkim, messages a second\t{postfix(count):.0f}")


if __name__ == "__main__":
    main()
