"""How often customers order and what they spend, beside lifetimes."""

import gzip

import lifetimes
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

from contest import turns

RIVAL = f"lifetimes {lifetimes.__version__}"
FITTERS = {"bgnbd": (BetaGeoFitter, ("r", "alpha", "a", "b")),
           "pareto": (ParetoNBDFitter, ("r", "alpha", "s", "beta"))}


class Purchases:
    def __init__(self, ours, table, rounds):
        self.ours, self.table, self.rounds = ours, table, rounds

    def frame(self, model):
        return pd.DataFrame({name: self.ours.column(f"{model}.{name}")
                             for name in ("frequency", "recency", "age")})

    def fitted(self, model, frame, weights=None):
        """The rival's fit; without a penalty, as ours."""
        kind, _ = FITTERS[model]
        return kind(penalizer_coef=0).fit(
            frame["frequency"], frame["recency"], frame["age"], weights=weights)

    def likelihood(self, model, fitter):
        """What the data says of the rival's parameters, by the same formula as of ours."""
        parameters = [fitter.params_[name] for name in FITTERS[model][1]]
        return float(self.ours.ask("likelihood", model=model, parameters=parameters)["likelihood"])

    def fit(self, model, title, rounds, **goal):
        """Fits by both; gives the rival's."""
        frame = self.frame(model)
        answers, found, seconds, rival_seconds = turns(
            lambda: self.ours.ask("fit", model=model, threads=1),
            lambda: self.fitted(model, frame), rounds)
        theirs = self.likelihood(model, found[0])
        self.table.speed(f"{title}: check, group and fit, 1 thread", seconds, RIVAL, rival_seconds,
                         compared(answers[0], theirs), **goal)
        return found[0], rival_seconds

    def two_threads(self, model, title, rival_seconds):
        answers = [self.ours.ask("fit", model=model, threads=2) for _ in range(self.rounds)]
        self.table.speed(f"{title}, 2 threads", [float(a["seconds"]) for a in answers],
                         RIVAL, rival_seconds, "")

    def predict(self, model, title, fitter):
        """Both with the rival's parameters."""
        frame = self.frame(model)
        parameters = [fitter.params_[name] for name in FITTERS[model][1]]

        def theirs():
            return fitter.conditional_expected_number_of_purchases_up_to_time(
                39, frame["frequency"], frame["recency"], frame["age"])

        for source, note in (("groups", "rows grouped by the fit"),
                             ("columns", "from columns, checking included")):
            answers, found, seconds, rival_seconds = turns(
                lambda: self.ours.ask("predict", model=model, parameters=parameters, weeks=39,
                                      **{"from": source}), theirs, self.rounds)
            same = float(answers[0]["orders"]) / found[0].sum() - 1
            self.table.speed(f"{title}: orders of 39 weeks, each customer; {note}", seconds, RIVAL,
                             rival_seconds, f"in all {float(answers[0]['orders']):,.1f}, off by {same:.0e}",
                             faster=5)

    def run(self, customers, seed):
        made = self.ours.ask("purchases", customers=customers, seed=seed)
        print(f"\n{customers:,} simulated customers (seed {seed}); {int(made['bgnbd.distinct']):,} distinct "
              f"rows for BG/NBD, {int(made['pareto.distinct']):,} for Pareto/NBD.")
        self.table.speed_head()
        fitter, rival_seconds = self.fit("bgnbd", "BG/NBD", self.rounds, faster=20)
        self.two_threads("bgnbd", "BG/NBD", rival_seconds)
        self.grouped_rival()
        self.predict("bgnbd", "BG/NBD", fitter)
        self.spend()

    def grouped_rival(self):
        """The rival as a careful user would call it: rows grouped first, with weights."""
        frame = self.frame("bgnbd")

        def grouped():
            rows = frame.groupby(["frequency", "recency", "age"], as_index=False).size()
            return self.fitted("bgnbd", rows, rows["size"])

        answers, found, seconds, rival_seconds = turns(
            lambda: self.ours.ask("fit", model="bgnbd", threads=1), grouped, 1)
        self.table.speed("BG/NBD; the rival given rows grouped by pandas, in its time", seconds, RIVAL,
                         rival_seconds, compared(answers[0], self.likelihood("bgnbd", found[0])))

    def spend(self):
        frame = self.frame("bgnbd").assign(spend=self.ours.column("bgnbd.spend"))
        buyers = frame[frame["frequency"] > 0]
        answers, found, seconds, rival_seconds = turns(
            lambda: self.ours.ask("fit", model="spend", threads=1),
            lambda: GammaGammaFitter(penalizer_coef=0).fit(buyers["frequency"], buyers["spend"]),
            self.rounds)
        parameters = [found[0].params_[name] for name in ("p", "q", "v")]
        theirs = self.ours.ask("likelihood", model="spend", parameters=parameters)["likelihood"]
        self.table.speed(
            f"Gamma–Gamma: check and fit {int(answers[0]['customers']):,} with repeats, rank correlation "
            "included, 1 thread", seconds, RIVAL, rival_seconds, compared(answers[0], float(theirs)),
            faster=10)
        two = [self.ours.ask("fit", model="spend", threads=2) for _ in range(self.rounds)]
        self.table.speed("Gamma–Gamma, 2 threads", [float(a["seconds"]) for a in two], RIVAL,
                         rival_seconds, "")

    def run_pareto(self, customers, seed):
        self.ours.ask("purchases", customers=customers, seed=seed)
        fitter, rival_seconds = self.fit("pareto", "Pareto/NBD", self.rounds, faster=40)
        self.two_threads("pareto", "Pareto/NBD", rival_seconds)
        self.predict("pareto", "Pareto/NBD", fitter)

    def run_cdnow(self, source):
        file = f"{self.ours.folder}/cdnow.csv"
        with gzip.open(source) as packed, open(file, "wb") as plain:
            plain.write(packed.read())
        made = self.ours.ask("cdnow", file=file)
        self.fit("bgnbd", f"BG/NBD on all {int(made['bgnbd.customers']):,} of CDNOW", 2 * self.rounds,
                 most=0.02)


def compared(answer, theirs):
    """Both likelihoods; ours must be no lower, within what stopping early may lose."""
    ours = float(answer["likelihood"])
    return f"log-likelihood {ours:,.2f}, rival {theirs:,.2f} (ours higher by {ours - theirs:.2g})"
