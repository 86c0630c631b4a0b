"""Tills that ask a server for points, and go on asking under the same keys when it dies.

    till.py run ADDRESS KEY FOLDER SEED     asks until the server is gone
    till.py finish ADDRESS KEY FOLDER       asks again for all that was ever asked; says what it all comes to

FOLDER/asked has a line for each operation before it is first asked for, FOLDER/answered one with its points for each that
was answered; both are on disk before the next step. One operation in ten is asked for again under its key.
"""
import http.client
import json
import os
import random
import sys
import threading
import urllib.parse

MODE, ADDRESS, KEY, FOLDER = sys.argv[1:5]
HOST = urllib.parse.urlparse(ADDRESS).netloc
CUSTOMERS = 5
THREADS = 4


class Journal:
    """Lines that are on disk once `add` returned."""

    def __init__(self, name):
        self.path = os.path.join(FOLDER, name)
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.lock = threading.Lock()

    def add(self, line):
        with self.lock:
            os.write(self.file, (line + "\n").encode())
            os.fsync(self.file)

    def lines(self):
        return open(self.path).read().split("\n")[:-1]


def operation(name):
    """What a name stands for: the same each time."""
    luck = random.Random(name)
    customer = f"member-{luck.randrange(CUSTOMERS)}"
    if luck.random() < 0.6:
        lines = [{"id": str(line), "product": luck.choice("abc"), "price": luck.randrange(1, 90)}
                 for line in range(luck.randrange(1, 4))]
        return "orders", {"customer": customer, "order_id": name, "lines": lines}
    return "spends", {"customer": customer, "points": luck.randrange(1, 60), "reference": name}


def ask(connection, name):
    """Returns the status and the answer."""
    path, body = operation(name)
    connection.request(
        "POST", "/v1/loyalty/bank/" + path, json.dumps(body),
        {"Authorization": "Bearer " + KEY, "Idempotency-Key": name, "Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, json.loads(response.read()), response.getheader("Idempotency-Replayed")


def work(number, seed, asked, answered):
    luck = random.Random(f"{seed}/{number}")
    connection = http.client.HTTPConnection(HOST, timeout=30)
    mine = []
    try:
        while True:
            if mine and luck.random() < 0.1:
                name = luck.choice(mine)
            else:
                name = f"{seed}-{number}-{len(mine)}"
                asked.add(name)
                mine.append(name)
            status, answer, _ = ask(connection, name)
            if status in (200, 409):
                answered.add(f"{name} {answer['points']}")
            elif status not in (429, 503):
                raise SystemExit(f"{name}: {status} {answer}")
    except (OSError, http.client.HTTPException, ValueError):
        return


def finish(asked, answered):
    connection = http.client.HTTPConnection(HOST, timeout=30)
    points = {}
    for line in answered.lines():
        name, count = line.split()
        if points.setdefault(name, int(count)) != int(count):
            raise SystemExit(f"{name} was answered in two ways")
    totals = dict.fromkeys((f"member-{number}" for number in range(CUSTOMERS)), 0)
    names = list(dict.fromkeys(asked.lines()))
    for name in names:
        status, answer, replayed = ask(connection, name)
        if status not in (200, 409):
            raise SystemExit(f"{name}: {status} {answer}")
        if name in points and (answer["points"] != points[name] or replayed != "true"):
            raise SystemExit(f"{name} was {points[name]} and is {answer['points']}, {replayed}")
        totals[operation(name)[1]["customer"]] += answer["points"]
    print(json.dumps({"totals": totals, "asked": len(names), "answered": len(points)}))


if MODE == "finish":
    finish(Journal("asked"), Journal("answered"))
else:
    journals = Journal("asked"), Journal("answered")
    threads = [threading.Thread(target=work, args=(number, sys.argv[5], *journals))
               for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
