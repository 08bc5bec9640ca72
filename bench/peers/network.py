"""Steps of SGD on a two-layer ReLU network (docs/theory.md, section 13), in NumPy and f32. Reads {sizes, scales, eta, batch, steps, seed} as
JSON; prints seconds of processor time for the steps, and for as many products of 256 x 256 matrices."""

import json
import sys
import time

import numpy as np

job = json.load(sys.stdin)
(n, m, o), s = job["sizes"], np.float32(job["scales"])
batch, steps, eta = job["batch"], job["steps"], np.float32(job["eta"])
rng = np.random.default_rng(job["seed"])
normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)
X, Y, W, a = normal(steps, batch, n), normal(steps, batch, o), normal(n, m), normal(m, o)
X *= s[0] / np.float32(np.sqrt(n))
gradient = np.empty_like(W)


def step(x, y):
    global a
    H = s[1] * np.maximum(x @ W, 0)
    d = (H @ a - y) / np.float32(batch)
    # in place: matrices made anew cost more in page faults than in arithmetic
    np.matmul(x.T, s[1] * (d @ a.T) * (H > 0), out=gradient)
    a -= eta * (H.T @ d)
    np.multiply(gradient, eta, out=gradient)
    np.subtract(W, gradient, out=W)


step(X[0], Y[0])
start = time.process_time()
for x, y in zip(X, Y):
    step(x, y)
taken = time.process_time() - start
A, B = normal(256, 256), normal(256, 256)
A @ B
start = time.process_time()
for _ in range(100):
    A @ B
json.dump({"steps": taken, "product": (time.process_time() - start) / 100}, sys.stdout)
