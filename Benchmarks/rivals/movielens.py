"""Who likes what in MovieLens 100K, beside implicit, on one split.

Settings are chosen on each person's latest fifth of the training part, by NDCG@10, on both sides.
"""

import gzip
import itertools
import warnings

import implicit
import numpy as np
import scipy.sparse as sp
import threadpoolctl
from implicit.als import AlternatingLeastSquares

RIVAL = f"implicit {implicit.__version__}"
SHAPE = (943, 1682)
DISCOUNT = 1 / np.log2(np.arange(2, 12))


def run(ours, table, source, seed):
    file = f"{ours.folder}/ratings.csv"
    with gzip.open(source) as packed, open(file, "wb") as plain:
        plain.write(packed.read())
    made = ours.ask("films", file=file, seed=seed)
    print(f"\nMovieLens 100K, ratings of 4 and 5, split 80/20 by SplitMix64 with seed {seed}: "
          f"{int(made['training']):,} and {int(made['test']):,}. Means over the people who have any of the test part.")
    table.head("model", "settings, chosen on the latest fifth of the training part", "P@10", "NDCG@10")
    line(*rows_of_ours(ours))
    with threadpoolctl.threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        line(*rows_of_rival(ours))


def line(*rows):
    for model, settings, precision, ndcg in rows:
        print(f"| {model} | {settings} | {precision:.4f} | {ndcg:.4f} |", flush=True)


def rows_of_ours(ours):
    def best(name, grid):
        def ndcg(values):
            return float(ours.ask(name, on="latest", threads=2, **values)["ndcg"])
        return max(grid, key=ndcg)

    def shown(name, title, values):
        answer = ours.ask(name, on="test", threads=2, **values)
        settings = ", ".join(f"{key} {value}" for key, value in values.items())
        return title, settings, float(answer["precision"]), float(answer["ndcg"])

    ease = best("ease", [{"ridge": ridge} for ridge in (50, 100, 200, 300, 500, 700, 1000)])
    factors = best("ials", [
        {"factors": 128, "unobserved": unobserved, "regularisation": penalty, "exponent": exponent}
        for unobserved in (0.2, 0.4, 0.8) for penalty in (0.005, 0.01, 0.02, 0.04)
        for exponent in (1, 0.5, 0)])
    blend = best("blend", [{**ease, **factors, "share": share} for share in (0.3, 0.4, 0.5, 0.6, 0.7)])
    return (shown("ease", "ours: EASE", ease), shown("ials", "ours: iALS", factors),
            shown("blend", "ours: the mean of both", blend))


def rows_of_rival(ours):
    parts = {name: matrix(ours, name) for name in ("training", "test", "earlier", "latest")}

    def quality(settings, known, later):
        factors, penalty, weight = settings
        model = AlternatingLeastSquares(factors=factors, regularization=penalty, alpha=weight,
                                        iterations=15, random_state=1, num_threads=2)
        model.fit(parts[known], show_progress=False)
        return measured(model, parts[known], parts[later])

    grid = list(itertools.product((16, 32, 64, 128), (0.1, 1, 10, 30, 100), (1, 4, 10, 40)))
    chosen = max(grid, key=lambda settings: quality(settings, "earlier", "latest")[1])
    tested = {settings: quality(settings, "training", "test") for settings in grid}
    peeked = max(tested, key=lambda settings: tested[settings][1])

    def described(settings):
        return "factors {}, regularization {}, alpha {}".format(*settings)

    return ((RIVAL + ": ALS", described(chosen), *tested[chosen]),
            (RIVAL + ": ALS", f"best of {len(grid)} *on the test part*: " + described(peeked), *tested[peeked]))


def matrix(ours, name):
    users, items = ours.column(f"{name}.users"), ours.column(f"{name}.items")
    ones = np.ones(len(users), dtype=np.float32)
    return sp.csr_matrix((ones, (users.astype(np.int32), items.astype(np.int32))), shape=SHAPE)


def measured(model, known, later):
    """P@10 and NDCG@10 over the people who have any of what came later."""
    users = np.flatnonzero(np.diff(later.indptr))
    lists = model.recommend(users, known[users], N=10)[0]
    precision = ndcg = 0.0
    for user, named in zip(users, lists):
        wanted = later.indices[later.indptr[user]:later.indptr[user + 1]]
        hits = np.isin(named, wanted)
        precision += hits.sum() / 10
        ndcg += DISCOUNT[hits].sum() / DISCOUNT[:min(10, len(wanted))].sum()
    return precision / len(users), ndcg / len(users)
