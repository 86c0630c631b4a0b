"""Times our models beside their rivals and prints tables; Benchmarks/run models drives it.

compare.py PROGRAM FOLDER PART…, with ROUNDS, MODEL_CUSTOMERS, PERENNIAL_TEST_DATA and LIGHTGBM_LIBRARY.
"""

import os
import platform
import sys
import time
import warnings

# Threads of OpenMP that wait must not spin beside the other side's turn.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy
import pandas
import scipy

from contest import Ours, Table

SEED = 20260101
program, folder, *parts = sys.argv[1:]
rounds = int(os.environ.get("ROUNDS", "5"))
customers = int(os.environ.get("MODEL_CUSTOMERS", "1000000"))
data = os.environ.get("PERENNIAL_TEST_DATA", "../shared/data")
table = Table()


def load():
    return " ".join(open("/proc/loadavg").read().split()[:3])


def found(name):
    """The path of test data; None, and a word about it, where it isn't there."""
    path = os.path.join(data, name)
    if os.path.exists(path):
        return path
    print(f"\n{name} SKIPPED: it isn't in {data} (PERENNIAL_TEST_DATA names the folder)")
    return None


def part(name, ours):
    if name == "cdnow":
        from purchases import Purchases

        if source := found("cdnow_full_transactions.csv.gz"):
            table.speed_head()
            Purchases(ours, table, rounds).run_cdnow(source)
    elif name == "purchases":
        from purchases import Purchases

        Purchases(ours, table, rounds).run(customers, SEED)
    elif name == "pareto":
        from purchases import Purchases

        table.speed_head()
        Purchases(ours, table, rounds).run_pareto(customers, SEED)
    elif name == "survival":
        import survival

        table.speed_head()
        survival.run(ours, table, rounds, customers, SEED)
    elif name == "factors":
        import factors

        table.speed_head()
        factors.run(ours, table, min(rounds, 3), customers, SEED)
    elif name == "movielens":
        import movielens

        if source := found("ml100k_ratings.csv.gz"):
            movielens.run(ours, table, source, SEED)
    elif name == "churn":
        import churn

        library = os.environ.get("LIGHTGBM_LIBRARY") or ".perennial/lib/lib_lightgbm.so"
        if source := found("telco_churn.csv"):
            churn.run(ours, table, source, library, SEED)


def main():
    print(f"Python {platform.python_version()}, numpy {numpy.__version__}, scipy {scipy.__version__}, "
          f"pandas {pandas.__version__}; {os.cpu_count()} cores")
    for name in parts:
        start, before = time.perf_counter(), load()
        ours = Ours(program, folder)
        part(name, ours)
        print(f"\n{name}: {time.perf_counter() - start:.0f} s; load {before} before, {load()} after; our "
              f"process held {ours.memory():,.0f} MB at most", flush=True)
        ours.close()


warnings.simplefilter("ignore")
main()
