"""iALS beside implicit: 64 factors, 15 iterations, two threads each."""

import warnings

import implicit
import numpy as np
import scipy.sparse as sp
import threadpoolctl
from implicit.als import AlternatingLeastSquares

from contest import turns

RIVAL = f"implicit {implicit.__version__}"
FACTORS, ITERATIONS, UNOBSERVED, REGULARISATION = 64, 15, 0.1, 0.01


def run(ours, table, rounds, rows, seed):
    shape = (rows // 10, rows // 50)
    ours.ask("interactions", rows=rows, users=shape[0], items=shape[1], seed=seed)
    users, items = ours.column("users").astype(np.int32), ours.column("items").astype(np.int32)
    # Ours counts 1 for what was taken and UNOBSERVED for every pair; the rival 1 for what wasn't taken
    # and its confidence for what was. Divided by UNOBSERVED, and with vectors longer by the root of
    # 1 + UNOBSERVED, the one is the other.
    confidence = 1 + 1 / UNOBSERVED
    penalty = (1 + UNOBSERVED) * REGULARISATION / UNOBSERVED
    taken = sp.csr_matrix(
        (np.full(rows, confidence, dtype=np.float32), (users, items)), shape=shape)

    def theirs():
        model = AlternatingLeastSquares(
            factors=FACTORS, iterations=ITERATIONS, regularization=penalty, random_state=seed,
            num_threads=2)
        model.fit(taken, show_progress=False)
        return model

    # implicit asks for this itself: its own threads and those of BLAS get into each other's way.
    with threadpoolctl.threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers, found, seconds, rival_seconds = turns(
            lambda: ours.ask("als", factors=FACTORS, iterations=ITERATIONS, unobserved=UNOBSERVED,
                             regularisation=REGULARISATION, threads=2), theirs, rounds, patience=90)
        loss = rival_loss(found[0], taken, users, items, penalty)
    mine = float(answers[0]["loss"])
    table.speed(f"iALS, {FACTORS} factors, {ITERATIONS} iterations, {rows:,} interactions of {shape[0]:,} "
                f"people with {shape[1]:,} items, 2 threads", seconds, RIVAL, rival_seconds,
                f"objective {mine:,.0f}, rival {loss:,.0f} (lower is better)", share=1.2)


def rival_loss(model, taken, users, items, penalty):
    """Our objective at the rival's items, with each person's vector solved for exactly."""
    confidence = 1 + 1 / UNOBSERVED
    q = np.asarray(model.item_factors, dtype=np.float64)
    p = np.zeros((taken.shape[0], FACTORS))
    gram = q.T @ q + penalty * np.eye(FACTORS)
    for user in range(taken.shape[0]):
        own = q[taken.indices[taken.indptr[user]:taken.indptr[user + 1]]]
        p[user] = np.linalg.solve(
            gram + (confidence - 1) * own.T @ own, confidence * own.sum(0))
    score = np.einsum("nk,nk->n", p[users], q[items])
    loss = np.sum(p.T @ p * (q.T @ q)) + penalty * ((p**2).sum() + (q**2).sum())
    loss += np.sum(confidence * (1 - score) ** 2 - score**2)
    scale = 1 + UNOBSERVED
    return UNOBSERVED * (loss / scale**2 + len(users) / scale)
