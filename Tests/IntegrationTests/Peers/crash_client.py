"""Sends events to a server that will be killed, and keeps a journal of what it acknowledged.

    crash_client.py ADDRESS KEY FOLDER SEED

FOLDER/attempted has a line for each event before it is sent, FOLDER/acknowledged one for each that the
server took; both are on disk before the next step. Ends when the server is gone.
"""
import http.client
import json
import os
import random
import sys
import threading
import urllib.parse

ADDRESS, KEY, FOLDER, SEED = sys.argv[1:5]
HOST = urllib.parse.urlparse(ADDRESS).netloc
CUSTOMERS = 8
THREADS = 4


class Journal:
    """Lines that are on disk once `add` returned."""

    def __init__(self, name):
        self.file = os.open(
            os.path.join(FOLDER, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.lock = threading.Lock()

    def add(self, names):
        with self.lock:
            os.write(self.file, "".join(name + "\n" for name in names).encode())
            os.fsync(self.file)


def earlier():
    """What former rounds tried, acknowledged or not: some of it is sent again."""
    path = os.path.join(FOLDER, "attempted")
    return open(path).read().split() if os.path.exists(path) else []


def message(name):
    """An event that its name determines: o… is an order, e… is not."""
    number = int(name[1:].replace("-", ""))
    event = {"type": "track", "messageId": name, "userId": f"customer-{number % CUSTOMERS}",
             "timestamp": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T10:00:00Z"}
    if name[0] == "o":
        event |= {"event": "Order Completed", "properties": {
            "order_id": name, "total": f"{number % 1000}.25", "currency": "EUR"}}
    else:
        event |= {"event": "Looked at " + name}
    return event


def work(number, attempted, acknowledged, old):
    luck = random.Random(f"{SEED}/{number}")
    connection = http.client.HTTPConnection(HOST, timeout=30)
    count = 0
    while True:
        names = []
        for _ in range(luck.choice([1, 1, 3, 20])):
            if old and luck.random() < 0.3:
                names.append(luck.choice(old))
            else:
                count += 1
                names.append(f"{luck.choice('oe')}{SEED}-{number}-{count:06}")
        if luck.random() < 0.3:
            names.append(names[0])
        attempted.add(names)
        messages = [message(name) for name in names]
        single = len(messages) == 1
        path = "/v1/track" if single else "/v1/batch"
        body = json.dumps(messages[0] if single else {"batch": messages})
        try:
            connection.request("POST", path, body, {"Authorization": "Bearer " + KEY})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return
        if answer.status != 200:
            # A server that is stopping refuses; anything else is for the test to judge.
            if answer.status != 503:
                os._exit(3)
            return
        taken = json.loads(text)
        if taken["accepted"] + taken["repeated"] != len(names) or taken.get("rejected"):
            os._exit(4)
        acknowledged.add(names)
        old.extend(names[:2])


os.makedirs(FOLDER, exist_ok=True)
known = earlier()
journals = Journal("attempted"), Journal("acknowledged")
threads = [
    threading.Thread(target=work, args=(number, *journals, list(known)))
    for number in range(THREADS)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
