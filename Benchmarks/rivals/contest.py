"""What every comparison shares: our program, taking turns, and the table."""

import gc
import statistics
import subprocess
import sys
import time

import numpy as np

# From here on a rival's time, in seconds, isn't measured twice.
PATIENCE = 15


class Ours:
    """Our program, which answers a request a line and leaves columns in a folder."""

    def __init__(self, program, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [program, "models", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, name, **values):
        """The answer to a request: text by key."""
        words = [name] + [f"{key}={text(value)}" for key, value in values.items()]
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"our program stopped at: {' '.join(words)}")
        return dict(word.split("=", 1) for word in line.split())

    def column(self, name):
        return np.fromfile(f"{self.folder}/{name}.f64")

    def memory(self):
        """The most that it has held, in MB."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1000

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def text(value):
    if isinstance(value, (list, tuple, np.ndarray)):
        return ",".join(repr(float(number)) for number in value)
    return str(value)


def numbers(value):
    return [float(number) for number in value.split(",")]


def timed(body):
    """What a call gives, and its seconds."""
    gc.collect()
    start = time.perf_counter()
    value = body()
    return value, time.perf_counter() - start


def turns(ours, rival, rounds, patience=PATIENCE):
    """Ours and the rival in turn, the order changing each round; a rival that takes longer than
    `patience` seconds is timed once. The answers of each, and the seconds of each."""
    answers, found = [], []
    seconds, rival_seconds = [], []
    for number in range(rounds):
        takes_part = not rival_seconds or rival_seconds[0] < patience
        for side in ("ours", "rival") if number % 2 == 0 else ("rival", "ours"):
            if side == "ours":
                answers.append(ours())
                seconds.append(float(answers[-1]["seconds"]))
            elif takes_part:
                value, duration = timed(rival)
                found.append(value)
                rival_seconds.append(duration)
    return answers, found, seconds, rival_seconds


def spread(seconds):
    middle = statistics.median(seconds)
    if len(seconds) == 1:
        return f"{middle:.3g}"
    return f"{middle:.3g} ({min(seconds):.3g}–{max(seconds):.3g})"


class Table:
    """Lines of a Markdown table, printed as they come."""

    def speed(self, task, seconds, rival, rival_seconds, quality, faster=None, share=None, most=None):
        """One line, with one goal or none: so many times faster, such a share of the rival's time at
        most, or so many seconds at most."""
        ours, theirs = statistics.median(seconds), statistics.median(rival_seconds)
        ratio = f"{theirs / ours:.2g}" if theirs < 10 * ours else f"{theirs / ours:.0f}"
        goal, met = "", None
        if faster is not None:
            goal, met = f"≥ {faster}", theirs >= faster * ours
        elif share is not None:
            goal, met = f"≥ {1 / share:.2f}", ours <= share * theirs
        elif most is not None:
            goal, met = f"≤ {most} s", ours <= most
        self.row(task, spread(seconds), f"{rival}: {spread(rival_seconds)}", ratio, goal, met,
                 quality)

    def row(self, task, ours, rival, ratio, goal, met, quality):
        verdict = {True: "yes", False: "no", None: ""}[met]
        print(f"| {task} | {ours} | {rival} | {ratio} | {goal} | {verdict} | {quality} |", flush=True)

    def head(self, *columns):
        print()
        print("| " + " | ".join(columns) + " |")
        print("|" + " --- |" * len(columns), flush=True)

    def speed_head(self):
        self.head("task", "ours, s", "rival, s", "times faster", "wanted", "met", "to the same answer")
