"""Losses with intervals from a fit that isoflop kept: isoflop fit RUNS.csv --out law.json; python3 read_law.py law.json N D

Nothing beyond Python's own library is needed. The interval is that of the law's draws: of the loss that runs have in the mean, if
this law is right. `isoflop predict law.json` adds what the choice of the law leaves open, and the scatter of a run.
"""

import json
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        kept = json.load(file)
    if kept.get("format") != "isoflop law" or kept.get("version") != 1:
        raise SystemExit(f"{path}: not a law that isoflop fit --out has written, or of another version")
    return kept


def loss(law, N, D):
    """L = E + A/N^alpha + B/D^beta."""
    return law["E"] + law["A"] * N ** -law["alpha"] + law["B"] * D ** -law["beta"]


if __name__ == "__main__":
    law = read(sys.argv[1])["law"]
    N, D = (float(x) for x in sys.argv[2:4])
    draws = law["draws"]
    names = list(draws)
    drawn = sorted(loss(dict(zip(names, values)), N, D) for values in zip(*draws.values()))
    ends = drawn[round(0.025 * (len(drawn) - 1))], drawn[round(0.975 * (len(drawn) - 1))]
    print(f"{loss(law['parameters'], N, D):.6f} {ends[0]:.6f} {ends[1]:.6f}")
