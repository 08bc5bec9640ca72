"""Approach 3 by SciPy's BFGS, for bench/fit.ts: reads columns of log N, log D, log L from stdin, prints milliseconds a start."""
import itertools, sys, time
import numpy as np
from scipy.optimize import minimize

x, y, l = np.loadtxt(sys.stdin).T
delta = 1e-3

def objective(theta):
    a, b, e, alpha, beta = theta
    A, B, E = a - alpha * x, b - beta * y, np.full_like(x, e)
    m = np.maximum(np.maximum(A, B), E)
    A, B, E = np.exp(A - m), np.exp(B - m), np.exp(E - m)
    S = A + B + E
    r = m + np.log(S) - l
    psi = np.clip(r, -delta, delta)
    q = psi / S
    return np.sum(psi * (r - psi / 2)), np.array([q @ A, q @ B, q @ E, -(q * x) @ A, -(q * y) @ B])

grid = list(itertools.product(range(0, 30, 5), range(0, 30, 5), [-1, -.5, 0, .5, 1], [0, .5, 1, 1.5, 2], [0, .5, 1, 1.5, 2]))
starts = [grid[i] for i in range(0, 4500, 90)]
for gradient in (True, False):
    f = objective if gradient else lambda theta: objective(theta)[0]
    t = time.perf_counter()
    values = [minimize(f, s, jac=gradient, method="BFGS").fun for s in starts]
    print((time.perf_counter() - t) / len(starts) * 1e3, min(values))
