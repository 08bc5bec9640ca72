"""An ensemble of one-pass SGD runs on the random-features model as its definition reads, in NumPy (docs/theory.md, section 1):
members that share a draw of W step together, by products of matrices. Reads {alpha, beta, d, v, gamma, draws, members, steps, seed}
as JSON, members a multiple of draws; prints seconds of processor time for the draws and for the steps, and every member's last loss."""

import json
import sys
import time

import numpy as np

job = json.load(sys.stdin)
alpha, beta, d, v, gamma, draws = (job[key] for key in ("alpha", "beta", "d", "v", "gamma", "draws"))
together = job["members"] // draws
rng = np.random.default_rng(job["seed"])
root = np.arange(1, v + 1) ** -alpha
b = np.arange(1, v + 1) ** -beta
drawing = stepping = 0
losses = []
for _ in range(draws):
    start = time.process_time()
    W = rng.standard_normal((v, d)) / np.sqrt(d)
    drawn = time.process_time()
    theta = np.zeros((together, d))
    for _ in range(job["steps"]):
        x = root * rng.standard_normal((together, v))
        phi = x @ W
        residual = (phi * theta).sum(1) - x @ b
        theta -= gamma * residual[:, None] * phi
    stepping += time.process_time() - drawn
    drawing += drawn - start
    losses += ((root * (theta @ W.T - b)) ** 2).sum(1).tolist()
print(json.dumps({"seconds": {"draws": drawing, "steps": stepping}, "loss": losses}))
