"""NumPy's side of bench/simulation.ts: nanoseconds of a normal, of a dense SGD step at d = 800, v = 8000, and of the
eigenvalues of one W at d = 2000, v = 8000, as JSON."""
import json
import time

import numpy as np

g = np.random.default_rng(1)


def best(f, rounds):
    least = np.inf
    for _ in range(rounds):
        start = time.perf_counter()
        f()
        least = min(least, time.perf_counter() - start)
    return 1e9 * least


d, v = 800, 8000
W = g.standard_normal((v, d)) / np.sqrt(d)
root = np.arange(1.0, v + 1) ** -0.7
target = root**2
theta = np.zeros(d)


def dense():
    z = g.standard_normal(v)
    phi = (z * root) @ W
    e = phi @ theta - z @ target
    theta[:] -= 0.1 * e * phi


def eigenvalues():
    A = g.standard_normal((8000, 2000)) * (np.arange(1.0, 8001) ** -0.7 / np.sqrt(2000))[:, None]
    values, vectors = np.linalg.eigh(A.T @ A)
    return values, vectors


print(json.dumps({
    "normal": best(lambda: g.standard_normal(1 << 20), 9) / (1 << 20),
    "dense": best(dense, 60),
    "eigenvalues": best(eigenvalues, 2),
}))
