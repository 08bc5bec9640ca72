"""Steps of SGD with momentum on a network of ReLU layers, in NumPy and f64 (docs/theory.md, section 13). Reads a list of
{sizes, scales, loss, eta, momentum, batch, weights, X, Y} as JSON; prints for each the weights after all batches, and the outputs on X."""

import json
import sys

import numpy as np


def solve(job):
    sizes, s = job["sizes"], job["scales"]
    flat, at, W = np.array(job["weights"]), 0, []
    for n, m in zip(sizes, sizes[1:]):
        W.append(flat[at : at + n * m].reshape(n, m).copy())
        at += n * m
    V = [np.zeros_like(w) for w in W]
    X = np.array(job["X"]).reshape(-1, sizes[0])
    Y = np.array(job["Y"]).reshape(-1, sizes[-1])

    def forward(x):
        H = [s[0] * x]
        for l, w in enumerate(W):
            z = H[-1] @ w
            H.append(s[l + 1] * np.maximum(z, 0) if l + 1 < len(W) else z)
        return H

    for start in range(0, len(X), job["batch"]):
        x, y = X[start : start + job["batch"]], Y[start : start + job["batch"]]
        H = forward(x)
        f = H[-1]
        if job["loss"] == "entropy":
            f = np.exp(f - f.max(1, keepdims=True))
            f /= f.sum(1, keepdims=True)
        d = (f - y) / len(x)
        for l in range(len(W) - 1, -1, -1):
            V[l] = job["momentum"] * V[l] + H[l].T @ d
            d = s[l] * (d @ W[l].T) * (H[l] > 0)
            W[l] = W[l] - job["eta"] * V[l]
    return {"weights": np.concatenate([w.ravel() for w in W]).tolist(), "outputs": forward(X)[-1].ravel().tolist()}


json.dump([solve(job) for job in json.load(sys.stdin)], sys.stdout)
