"""Who cancels at the telecom, on the same five folds beside LightGBM and logistic regression."""

import itertools

import lightgbm
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from contest import timed

NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]


def run(ours, table, file, library, seed):
    answer = ours.ask("churn", file=file, library=library, seed=seed)
    rows = pd.read_csv(file)
    happened = (rows["Churn"] == "Yes").to_numpy()
    rows = rows.drop(columns=["customerID", "Churn"])
    for name in rows:
        rows[name] = (pd.to_numeric(rows[name], errors="coerce") if name in NUMBERS
                      else rows[name].astype(str).astype("category"))
    folds = ours.column("churn.fold").astype(int)
    print(f"\nTelco, {len(rows):,} customers, stratified five-fold (seed {seed}), the same folds for all; all "
          "that is chosen is chosen without the fold that it is judged on. One measurer for all rows: "
          f"scikit-learn {sklearn.__version__}.")
    table.head("model", "AUC (≥ .848)", "Brier (≤ .1345)", "calibration error (≤ .02)", "seconds")
    line("ours: contest of logistic regression, boosting and their blend, calibrated", happened,
         ours.column("churn.probability"), float(answer["seconds"]))
    for title, fitted in ((f"LightGBM {lightgbm.__version__}, best of 4 settings by inner five-fold", boosted),
                          ("logistic regression (scikit-learn)", logistic)):
        found = np.zeros(len(rows))
        def all_folds():
            for fold in range(folds.max() + 1):
                known, unknown = folds != fold, folds == fold
                found[unknown] = fitted(rows[known], happened[known], rows[unknown])

        _, seconds = timed(all_folds)
        line(title, happened, found, seconds)


def line(title, happened, found, seconds):
    print(f"| {title} | {roc_auc_score(happened, found):.4f} | {brier_score_loss(happened, found):.4f} | "
          f"{calibration_error(happened, found):.4f} | {seconds:.1f} |", flush=True)


def calibration_error(happened, found):
    """Over ten groups of equal size by prediction."""
    order = np.argsort(found, kind="stable")
    return sum(len(rows) * abs(found[rows].mean() - happened[rows].mean())
               for rows in np.array_split(order, 10)) / len(found)


def boosted(known, happened, unknown):
    base = {"objective": "binary", "learning_rate": 0.03, "num_threads": 1, "verbose": -1, "seed": 1,
            "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1}
    inner = list(StratifiedKFold(5, shuffle=True, random_state=1).split(known, happened))
    data = lightgbm.Dataset(known, happened, free_raw_data=False)

    def judged(leaves, least):
        found = lightgbm.cv({**base, "num_leaves": leaves, "min_data_in_leaf": least}, data,
                            num_boost_round=1000, folds=inner,
                            callbacks=[lightgbm.early_stopping(50, verbose=False)])
        losses = found["valid binary_logloss-mean"]
        return min(losses), len(losses), leaves, least

    _, trees, leaves, least = min(itertools.starmap(judged, itertools.product((4, 8), (20, 60))))
    model = lightgbm.train({**base, "num_leaves": leaves, "min_data_in_leaf": least}, data, trees)
    return model.predict(unknown)


def logistic(known, happened, unknown):
    others = [name for name in known if name not in NUMBERS]
    model = make_pipeline(
        make_column_transformer((StandardScaler(), NUMBERS), (OneHotEncoder(drop="first"), others)),
        LogisticRegression(max_iter=1000))
    blanks = dict.fromkeys(NUMBERS, 0)
    model.fit(known.fillna(blanks), happened)
    return model.predict_proba(unknown.fillna(blanks))[:, 1]
