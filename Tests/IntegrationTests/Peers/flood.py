"""Posts many large batches at once, and says what became of each.

    flood.py ADDRESS KEY PREFIX THREADS BATCHES [LOG]

LOG is a log's file that is kept locked until the first answer that isn't 200, so that commits have to wait.
Prints {"answers": {"200": n, …}, "retryAfter": bool, "acknowledged": [order id, …]}.
"""
import collections
import http.client
import json
import sqlite3
import sys
import threading
import urllib.parse

ADDRESS, KEY, PREFIX = sys.argv[1:4]
THREADS, BATCHES = int(sys.argv[4]), int(sys.argv[5])
LOG = sys.argv[6] if len(sys.argv) > 6 else None
HOST = urllib.parse.urlparse(ADDRESS).netloc
EVENTS = 20

answers = collections.Counter()
acknowledged = []
waits = []
lock = threading.Lock()
start = threading.Barrier(THREADS)
refused = threading.Event()


def batch(thread, number):
    ids = [f"{PREFIX}-{thread}-{number}-{index}" for index in range(EVENTS)]
    filler = "x" * 23_000
    return ids, json.dumps({"batch": [
        {"type": "track", "event": "Order Completed", "userId": "flooded", "messageId": name,
         "timestamp": "2024-05-01T10:00:00Z",
         "properties": {"order_id": name, "total": "1.00", "currency": "EUR", "note": filler}}
        for name in ids]})


def work(thread):
    bodies = [batch(thread, number) for number in range(BATCHES)]
    start.wait()
    for ids, body in bodies:
        connection = http.client.HTTPConnection(HOST, timeout=60)
        try:
            connection.request("POST", "/v1/batch", body, {"Authorization": "Bearer " + KEY})
            answer = connection.getresponse()
            text = answer.read()
            status = str(answer.status)
        except (OSError, http.client.HTTPException) as error:
            status, text = type(error).__name__, b""
        with lock:
            answers[status] += 1
            if status != "200":
                refused.set()
            if status == "200":
                acknowledged.extend(ids)
            elif status in ("429", "503"):
                waits.append(answer.headers["Retry-After"])
        connection.close()


threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
lock_on_log = sqlite3.connect(LOG, isolation_level=None) if LOG else None
if lock_on_log:
    lock_on_log.execute("BEGIN IMMEDIATE")
for thread in threads:
    thread.start()
if lock_on_log:
    refused.wait(8)
    lock_on_log.execute("ROLLBACK")
    lock_on_log.close()
for thread in threads:
    thread.join()
print(json.dumps({
    "answers": answers, "acknowledged": acknowledged,
    "retryAfter": all(wait and int(wait) > 0 for wait in waits)}))
