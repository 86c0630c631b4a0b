"""Signs in to the console and times its pages (PATH…, or all): name, then seconds of each request.

The first of each is the one after which everything is warm.
"""

import http.client
import re
import sys
import time
import urllib.parse

port, email, password, times = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
only = sys.argv[5:]
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
cookies = {}


def ask(method, path, form=None):
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    body = None
    if form is not None:
        body = urllib.parse.urlencode(form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    for value in answer.headers.get_all("Set-Cookie") or []:
        name, _, rest = value.partition("=")
        cookies[name] = rest.split(";")[0]
    return answer.status, text


status, text = ask("GET", "/sign-in")
token = re.search(r'name="token" value="([^"]+)"', text).group(1)
form = {"token": token, "email": email, "password": password, "next": "/"}
status, text = ask("POST", "/sign-in", form)
if status not in (302, 303):
    sys.exit(f"signing in was answered with {status}")

status, text = ask("GET", "/customers")
customer = re.search(r'href="(/customers/[^"?/.]+)"', text)
pages = {
    "home": "/",
    "customers": "/customers",
    "customers sorted": "/customers?sort=revenue",
    "customers searched": "/customers?q=C123456",
    "find": "/find?q=C1234",
    "retention": "/insights/retention",
}
if customer:
    pages["one customer"] = customer.group(1)
for name, path in pages.items():
    if only and path not in only:
        continue
    seconds = []
    for _ in range(times + 1):
        start = time.perf_counter()
        status, text = ask("GET", path)
        seconds.append(time.perf_counter() - start)
        if status != 200:
            sys.exit(f"{path} was answered with {status}")
    print(name, *(f"{second:.4f}" for second in seconds), sep="\t")
