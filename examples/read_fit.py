"""Fit a table of runs with isoflop and use its answer: python3 read_fit.py RUNS.csv [ISOFLOP COMMAND ...]

The same fields are in every --out FILE.json. Nothing beyond Python's own library is needed.
"""

import json
import subprocess
import sys


def fit(table, command=("npx", "isoflop"), budgets="1e22,1e24"):
    """The law, its intervals and the plans at some budgets, as isoflop fit --json gives them."""
    told = subprocess.run(
        [*command, "fit", table, "--budget", budgets, "--json"],
        capture_output=True, text=True, check=False,
    )
    if not told.stdout:
        raise SystemExit(told.stderr.strip())
    return json.loads(told.stdout)


def loss(law, N, D):
    """L = E + A/N^alpha + B/D^beta."""
    return law["E"] + law["A"] * N ** -law["alpha"] + law["B"] * D ** -law["beta"]


if __name__ == "__main__":
    law = fit(sys.argv[1], sys.argv[2:] or ("npx", "isoflop"))
    for warning in law["warnings"]:
        print("warning:", warning, file=sys.stderr)
    for plan in law["plans"]:
        low, high = plan["ci"]["N"]
        print(f"{plan['flops']:.0e} {plan['N']:.4e} {low:.3e} {high:.3e} {loss(law, plan['N'], plan['D']):.6f}")
