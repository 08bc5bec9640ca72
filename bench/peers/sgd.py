"""One-pass SGD on the random-features model as its definition reads, in NumPy (docs/theory.md, section 1). Reads {alpha, beta,
d, v, gamma, steps, seed} as JSON; prints the seconds of processor time a step takes, after W is drawn, and the last loss."""

import json
import sys
import time

import numpy as np

job = json.load(sys.stdin)
alpha, beta, d, v, gamma = (job[key] for key in ("alpha", "beta", "d", "v", "gamma"))
rng = np.random.default_rng(job["seed"])
root = np.arange(1, v + 1) ** -alpha
b = np.arange(1, v + 1) ** -beta
W = rng.standard_normal((v, d)) / np.sqrt(d)
theta = np.zeros(d)
start = time.process_time()
for _ in range(job["steps"]):
    x = root * rng.standard_normal(v)
    phi = x @ W
    theta -= gamma * (phi @ theta - x @ b) * phi
seconds = (time.process_time() - start) / job["steps"]
print(json.dumps({"seconds": seconds, "loss": float(((root * (W @ theta - b)) ** 2).sum())}))
