"""Prints the measured figures: median, least and greatest of each, and ratios to limits."""

import statistics
import sys

rows = []
medians = {}
for line in open(sys.argv[1]):
    name, figure, *values = line.rstrip("\n").split("\t")
    numbers = [float(value) for value in values if value]
    if not numbers:
        continue
    median = statistics.median(numbers)
    medians[name, figure.split(" over ")[0]] = median
    rows.append((name, figure, median, min(numbers), max(numbers), len(numbers)))


def text(number):
    return f"{number:,.0f}" if number >= 1000 else f"{number:.4g}"


print(f"{'benchmark':<10} {'figure':<58} {'median':>10} {'least':>10} {'greatest':>10} {'n':>2}")
for name, figure, median, least, greatest, count in rows:
    print(
        f"{name:<10} {figure:<58} {text(median):>10} {text(least):>10} {text(greatest):>10} {count:>2}"
    )


def ratio(name, ours, limit, wanted):
    if (name, ours) in medians and (name, limit) in medians:
        value = medians[name, ours] / medians[name, limit]
        print(f"{name}: {ours} / {limit} = {value:.3f} (wanted: {wanted})")


print()
ratio("track", "requests/s", "empty handler, requests/s", "0.6 or more")
ratio("cohorts", "seconds", "by hand, seconds", "1.3 or less")
ratio("automation", "events/s, sustained", "events/s, sustained, nothing defined", "no less than 20,000/s")
