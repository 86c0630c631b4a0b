"""Drives a headless Chromium over the DevTools protocol, with nothing but Python's own library."""
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

KEYS = {"Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "Escape": 27, "Tab": 9}


class Failed(Exception):
    """A step that didn't come to what it should."""


class Chrome:
    """The browser; `page` opens a page with cookies of its own."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="perennial-browser-")
        command_read, self.commands = os.pipe()
        self.answers, answer_write = os.pipe()

        def wire():
            # The protocol's pipes are descriptors 3 and 4.
            first, second = os.dup(command_read), os.dup(answer_write)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
             "--force-prefers-reduced-motion", "--remote-debugging-pipe",
             "--user-data-dir=" + self.folder, "about:blank"],
            preexec_fn=wire, close_fds=False, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(command_read)
        os.close(answer_write)
        self.buffer = b""
        self.number = 0
        self.events = []

    def send(self, method, session=None, **parameters):
        """Sends a command and returns its result; what happens meanwhile is kept in `events`."""
        self.number += 1
        number = self.number
        text = {"id": number, "method": method, "params": parameters}
        if session:
            text["sessionId"] = session
        data = json.dumps(text).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        end = time.monotonic() + 30
        while True:
            message = self.receive(end)
            if message is None:
                raise Failed(f"no answer to {method}")
            if message.get("id") == number:
                if "error" in message:
                    raise Failed(f"{method}: {message['error']['message']}")
                return message["result"]

    def receive(self, end):
        """The next message, nil where none comes in time."""
        while b"\0" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.answers], [], [], left)[0]:
                return None
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise Failed("the browser ended")
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message

    def page(self, width=1280, height=800):
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send(
            "Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, width, height)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """One page, and what a person does on it."""

    def __init__(self, chrome, session, width, height):
        self.chrome = chrome
        self.session = session
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(domain + ".enable")
        self.resize(width, height)

    def send(self, method, **parameters):
        return self.chrome.send(method, self.session, **parameters)

    def resize(self, width, height):
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=1, mobile=width < 600)

    def go(self, address):
        """Opens an address; back when the page and its scripts are there."""
        self.evaluate("window.stale = true")
        failure = self.send("Page.navigate", url=address).get("errorText")
        if failure:
            raise Failed(f"{address}: {failure}")
        self.loaded(address)

    def loaded(self, what="the page"):
        self.until("!window.stale && document.readyState === 'complete'", what)

    def leave(self, action):
        """Does what opens another page, and waits for it."""
        self.evaluate("window.stale = true")
        action()
        self.loaded("another page")

    def evaluate(self, script):
        answer = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failed(f"{script}: {answer['exceptionDetails'].get('exception')}")
        return answer["result"].get("value")

    def until(self, script, what=None, seconds=15):
        """Waits until a script says true, and returns what it says."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.evaluate(f"(v => v instanceof Node ? true : v)({script})")
            except Failed as failure:
                # The page may be changing.
                value, what = None, what or str(failure)
            if value:
                return value
            if time.monotonic() > end:
                raise Failed(f"waited for {what or script}")
            time.sleep(0.02)

    def click(self, selector):
        """Clicks as a mouse does: on whatever is at the element's middle."""
        place = self.until(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return;"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return r.width ? [r.x + r.width / 2, r.y + r.height / 2] : null })()", selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send(
                "Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left",
                clickCount=1)

    def type(self, selector, text):
        """Replaces what stands in a field, key by key."""
        self.until(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " if (e) { e.focus(); e.select(); } return !!e })()", selector)
        for letter in text:
            self.send("Input.insertText", text=letter)

    def press(self, key, control=False):
        code = KEYS.get(key) or ord(key.upper())
        common = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 2 if control else 0}
        if key == "Enter":
            common["text"] = "\r"
        self.send("Input.dispatchKeyEvent", type="keyDown", **common)
        common.pop("text", None)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def text(self, selector):
        return self.evaluate(
            f"(document.querySelector({json.dumps(selector)}) || {{}}).innerText || ''")

    def path(self):
        return self.evaluate("location.pathname + location.search")

    def overflow(self):
        """By how many pixels the page is wider than its window."""
        return self.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def complaints(self):
        """Errors and warnings of scripts, network and policies since the last call."""
        self.evaluate("1")
        found = []
        for event in self.chrome.events:
            if event.get("sessionId") != self.session:
                continue
            method, about = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                found.append(json.dumps(about["exceptionDetails"]))
            elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning"):
                found.append(json.dumps(about["args"]))
            elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
                found.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")
        self.chrome.events = []
        return found

    def picture(self, file):
        data = self.send("Page.captureScreenshot", format="png")["data"]
        with open(file, "wb") as stream:
            stream.write(base64.b64decode(data))
