"""Approach 3 in SciPy (docs/theory.md, section 10): the Huber loss of a log-sum-exp, minimised from the published grid of 4,500 starts,
then on bootstrap resamples from the law that was found. Reads {N, D, loss, starts, draws, seed, gradient, method, options} as JSON;
`starts` of the grid, evenly taken, and `draws` are run. Prints seconds of processor time a start and a draw, the lowest objective,
its law and the draws' exponents of the best size."""

import itertools
import json
import sys
import time

import numpy as np
from scipy.optimize import minimize

job = json.load(sys.stdin)
x, y, l = (np.log(job[key]) for key in ("N", "D", "loss"))
delta = 1e-3


def objective(theta, x, y, l):
    a, b, e, alpha, beta = theta
    A, B, E = a - alpha * x, b - beta * y, np.full_like(x, e)
    m = np.maximum(np.maximum(A, B), E)
    A, B, E = np.exp(A - m), np.exp(B - m), np.exp(E - m)
    S = A + B + E
    r = m + np.log(S) - l
    psi = np.clip(r, -delta, delta)
    q = psi / S
    return np.sum(psi * (r - psi / 2)), np.array([q @ A, q @ B, q @ E, -(q * x) @ A, -(q * y) @ B])


def fit(start, *rows):
    value = objective if job["gradient"] else lambda *given: objective(*given)[0]
    return minimize(value, start, args=rows, jac=job["gradient"], method=job["method"], options=job["options"])


exponents = [0, 0.5, 1, 1.5, 2]
grid = list(itertools.product(range(0, 30, 5), range(0, 30, 5), [-1, -0.5, 0, 0.5, 1], exponents, exponents))
start = time.process_time()
best = min((fit(grid[i], x, y, l) for i in range(0, 4500, 4500 // job["starts"])), key=lambda found: found.fun)
fitted = time.process_time()
rng = np.random.default_rng(job["seed"])
sizes = []
for _ in range(job["draws"]):
    rows = rng.integers(0, len(x), len(x))
    alpha, beta = fit(best.x, x[rows], y[rows], l[rows]).x[3:]
    sizes.append(beta / (alpha + beta))
done = time.process_time()
print(
    json.dumps(
        {
            "seconds": {"start": (fitted - start) / job["starts"], "draw": (done - fitted) / max(1, job["draws"])},
            "objective": best.fun,
            "theta": best.x.tolist(),
            "a": sizes,
        }
    )
)
