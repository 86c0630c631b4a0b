"""Clients that all want the last use of one code, 50 at a time.

    last_use.py ADDRESS KEY COUNT

Says how many got it. A client that isn't answered, as the server died, counts as none that got it; asked again under its
key it would be answered as it was.
"""
import concurrent.futures
import http.client
import json
import sys
import urllib.parse

ADDRESS, KEY, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
HOST = urllib.parse.urlparse(ADDRESS).netloc


def ask(number):
    body = {"checkout": f"cart-{number}", "codes": ["LAST"], "client": f"shopper-{number}", "shipping": 3.5,
            "currency": "GBP", "lines": [{"product": "mug", "price": 9}]}
    try:
        connection = http.client.HTTPConnection(HOST, timeout=60)
        connection.request(
            "POST", "/v1/promotions/reservations", json.dumps(body),
            {"Authorization": "Bearer " + KEY, "Idempotency-Key": f"last-{number}", "Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if response.status not in (200, 409):
        raise SystemExit(f"{response.status} {answer}")
    return answer["done"]


with concurrent.futures.ThreadPoolExecutor(50) as pool:
    print(sum(pool.map(ask, range(COUNT))), "of", COUNT)
