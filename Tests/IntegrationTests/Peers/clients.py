"""Sends a shop's year through a public client of the Segment API, unmodified.

    clients.py segment|rudder ADDRESS KEY [--plain] [--orders N]
"""
import argparse
import datetime
import json
import sys

parser = argparse.ArgumentParser()
parser.add_argument("client", choices=["segment", "rudder"])
parser.add_argument("address")
parser.add_argument("key")
parser.add_argument("--plain", action="store_true", help="without gzip")
parser.add_argument("--orders", type=int, default=0)
options = parser.parse_args()

failures = []


def failed(error, batch):
    failures.append(f"{error}: {len(batch)} messages")


if options.client == "segment":
    from segment.analytics.client import Client
else:
    from rudderstack.analytics.client import Client
client = Client(
    options.key, host=options.address, on_error=failed, gzip=not options.plain, max_retries=2
)

TIME = datetime.datetime(2024, 3, 1, 12, 0, 0, tzinfo=datetime.timezone.utc)


def named(name):
    """The same message id in each run, so that a second run repeats the first."""
    return {"message_id": f"{options.client}-{name}"}


anonymous = f"{options.client}-anonymous"
user = f"{options.client}-user"
client.page(
    anonymous_id=anonymous, category="Docs", name="Home", timestamp=TIME,
    properties={"url": "https://shop.example.test/"}, **named("page"))
client.identify(
    user, {"email": f"Ana.{options.client}@Example.test", "name": "Ana", "plan": "café"},
    anonymous_id=anonymous, timestamp=TIME, **named("identify"))
client.track(
    user, "Order Completed",
    {"order_id": f"{options.client}-first", "total": 12.5, "currency": "EUR",
     "products": [{"product_id": "p1", "name": "Tea – green", "price": 6.25, "quantity": 2}]},
    timestamp=TIME, **named("first"))
client.screen(user, "App", "Start", {}, timestamp=TIME, **named("screen"))
client.group(user, f"{options.client}-group", {"plan": "pro"}, timestamp=TIME, **named("group"))
client.track(
    anonymous_id=f"{options.client}-before", event="Looked", properties={"at": "é\u2028"},
    timestamp=TIME, **named("looked"))
client.alias(
    f"{options.client}-before", f"{options.client}-later", timestamp=TIME, **named("alias"))
for number in range(options.orders):
    client.track(
        f"{options.client}-{number % 50}", "Order Completed",
        {"order_id": f"{options.client}-{number}", "total": number + 0.25, "currency": "EUR"},
        timestamp=TIME + datetime.timedelta(days=number % 300), **named(f"order-{number}"))
client.flush()
client.join()
print(json.dumps({"failures": failures}))
sys.exit(1 if failures else 0)
