"""The best of many SciPy starts of a law of the loss: sum of Huber's loss of log L' - log L, by trust-region least squares from each
start, the best of them followed by BFGS. Starts are drawn here, law by law, apart from how isoflop draws its own. Reads {law, formula,
parameters, positive, low, high, columns, target, delta, starts, at} as JSON, the formula as Python and `at` where isoflop ended; prints
the lowest objective from the starts, its parameters, and the lowest from `at`."""

import json
import os
import sys
import warnings

os.environ["OMP_NUM_THREADS"] = "1"  # matrices of a few numbers
import numpy as np
from scipy.optimize import least_squares, minimize

warnings.filterwarnings("ignore")
job = json.load(sys.stdin)
names, delta = job["parameters"], job["delta"]
positive = np.array(job["positive"])
low, high = (np.array([np.nan if v is None else v for v in job[end]], float) for end in ("low", "high"))
low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
columns = {name: np.array(values, float) for name, values in job["columns"].items()}
target = np.log(np.array(job["target"], float))
code = compile(job["formula"], "law", "eval")
functions = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "min": np.minimum, "max": np.maximum,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}
typical = {name: np.exp(np.mean(np.log(values))) for name, values in columns.items() if (values > 0).all()}
rng = np.random.default_rng(7)


def outer(u):
    return np.where(positive, np.exp(np.clip(u, -600, 600)), u)


def residuals(u):
    with np.errstate(all="ignore"):
        r = np.log(eval(code, functions, {**columns, **dict(zip(names, outer(u)))})) - target
    return np.where(np.isfinite(r), r, 1e3) + np.zeros_like(target)


def objective(u):
    if not positive.all() and ((u < low) | (u > high))[~positive].any():
        return np.inf
    size = np.abs(residuals(u))
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)).sum()


def between(a, b):
    return np.exp(rng.uniform(np.log(a), np.log(b)))


def draw():
    """Parameters as their papers have them, over wide ranges; a factor so that its term is between a fiftieth of the loss and thrice it."""
    least, law = np.exp(target.min()), job["law"]
    e = {name: between(0.1, 0.9) for name in ("alpha", "beta", "eta", "c0")}
    p = {**e, "E": least * rng.uniform(0.02, 0.98), "gamma": between(0.2, 3), "rho": rng.uniform(-0.5, 1)}
    p |= {"RD": between(1, 300), "RN": between(0.5, 300)}
    if law == "kaplan":
        p["beta"] = between(0.03, 0.5)
    term = lambda: between(0.02, 3)
    if law == "bnsl":
        D = columns["D"]
        p |= {"a": least * rng.uniform(0, 0.9), "b": term() * typical["D"] ** p["c0"], "c1": between(0.02, 4)}
        p |= {"d": between(D.min(), D.max()), "f": between(0.02, 2)}
    elif law == "overtraining":
        p |= {name: term() * typical["C"] ** p["eta"] for name in "ab"}
    elif law == "moe":
        p |= {"a": rng.uniform(-0.2, 0), "b": rng.uniform(-0.3, 0), "c": rng.uniform(-0.02, 0.04), "d": rng.uniform(0.5, 2)}
        p |= {"s": between(1.1, 10), "m": between(30, 3000)}
    elif law == "sigmoid":
        p |= {"a": rng.uniform(0.1, 1), "b": rng.uniform(0.05, 0.5), "k": between(0.3, 30)}
        p |= {"L0": rng.uniform(columns["loss"].min(), columns["loss"].max())}
    elif law == "farseer":
        p = {name: rng.uniform(-1, 1) for name in ("alpha", "beta", "gamma")}
        p |= {"e": rng.uniform(-0.5, 0.2), "b": rng.uniform(-2, 1), "a": rng.uniform(-0.5, 0.3), "t": between(0.1, 1)}
        p |= {"E": least * rng.uniform(0.02, 0.98), "B": term() * typical["D"] ** p["t"]}
    else:
        power = {"A": ("N", "alpha"), "B": ("D", "beta" if "beta" in names and law != "kaplan" else "alpha")}
        for name, (column, exponent) in power.items():
            p[name] = term() * typical[column] ** (1 if law == "kaplan" and name == "B" else p[exponent])
    u = np.array([p[name] for name in names])
    return np.where(positive, np.log(np.maximum(u, 1e-280)), np.clip(u, low, high))


def follow(start, steps):
    """Least squares with Huber's loss; a parameter of either sign stays within its ends."""
    ends = np.where(positive, -np.inf, low), np.where(positive, np.inf, high)
    inside = np.clip(start, ends[0] + 1e-9 * (1 + abs(start)), ends[1] - 1e-9 * (1 + abs(start)))
    try:
        found = least_squares(residuals, inside, loss="huber", f_scale=delta, x_scale="jac", bounds=ends, max_nfev=steps)
    except ValueError:
        return np.inf, start
    return objective(found.x), found.x


def polish(value, u):
    for method in ("Nelder-Mead", "BFGS", "Nelder-Mead", "BFGS"):
        found = minimize(objective, u, method=method, options={"maxiter": 4000})
        if found.fun < value:
            value, u = found.fun, found.x
    return value, u


# all roughly, the better ones to their end
rough = sorted((follow(draw(), 50) for _ in range(job["starts"])), key=lambda end: end[0])
found = sorted((follow(u, 400) for _, u in rough[:6]), key=lambda end: end[0])
best = min((polish(*end) for end in found[:2]), key=lambda end: end[0])
given = np.where(positive, np.log(np.maximum(np.array(job["at"], float), 1e-280)), job["at"])
print(json.dumps({
    "objective": best[0], "parameters": dict(zip(names, outer(best[1]).tolist())),
    "from": min(polish(objective(given), given)[0], follow(given, 400)[0]), "isoflop": objective(given),
}))
