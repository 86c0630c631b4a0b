"""How long contracts last, beside lifelines."""

import warnings

import lifelines
import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter

from contest import numbers, turns

RIVAL = f"lifelines {lifelines.__version__}"


def run(ours, table, rounds, customers, seed):
    made = ours.ask("durations", customers=customers, seed=seed)
    durations, ended = ours.column("durations"), ours.column("ended")
    answers, found, seconds, rival_seconds = turns(
        lambda: ours.ask("km"), lambda: KaplanMeierFitter().fit(durations, ended), rounds)
    theirs = found[0].survival_function_at_times([5, 10, 20]).to_numpy()
    off = np.abs(np.array(numbers(answers[0]["survival"])) - theirs).max()
    table.speed(f"Kaplan–Meier with intervals, {customers:,} continuous durations, {int(made['ended']):,} "
                "ended, 1 thread", seconds, RIVAL, rival_seconds, f"curve off by {off:.0e} at most",
                faster=5)

    frame = pd.DataFrame({f"x{place}": ours.column(f"covariate.{place}") for place in range(5)})
    frame["duration"], frame["ended"] = ours.column("tied"), ours.column("tied.ended")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers, found, seconds, rival_seconds = turns(
            lambda: ours.ask("cox"), lambda: CoxPHFitter().fit(frame, "duration", "ended"), rounds)
    off = np.abs(np.array(numbers(answers[0]["parameters"])) - found[0].params_.to_numpy()).max()
    likelihood, theirs = float(answers[0]["likelihood"]), found[0].log_likelihood_
    table.speed(f"Cox, 5 covariates, {customers:,} rows, {int(made['distinct'])} distinct durations, 1 thread",
                seconds, RIVAL, rival_seconds,
                f"log-likelihood {likelihood:,.3f}, rival {theirs:,.3f}; coefficients off by {off:.0e}",
                faster=5)
