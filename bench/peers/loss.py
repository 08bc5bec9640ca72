"""P(r) of the random-features model by the published route, in NumPy (docs/theory.md, sections 2 and 3; Paquette et al. 2024):
m(z) by Newton's method on an ellipse of 15 d^{2 alpha} nodes around the spectrum, followed down from far above the real axis;
F and K from powers of g on it, at 400 steps and by cubic interpolation in log(1 + r) between; P by iterating P = F + K * P
with FFTs. Reads {alpha, beta, d, gamma, share, steps} as JSON; with share < 1 only that share of the nodes is computed,
which tells the time a node takes but no loss. Times are processor time."""

import json
import sys
import time

import numpy as np

job = json.load(sys.stdin)
alpha, beta, d, gamma = (job[key] for key in ("alpha", "beta", "d", "gamma"))
steps = np.array(job["steps"])
j = np.arange(1, 4 * d + 1)
lam = j ** (-2.0 * alpha)
target = lam * j ** (-2.0 * beta)
last = int(steps[-1])


def edges():
    kappa = np.exp(np.linspace(np.log(lam[-1]) - 3, np.log(lam.sum() / d), 4000))
    z = np.array([-k * (1 - (lam / (lam + k)).sum() / d) for k in kappa])
    u = 1 + np.exp(np.linspace(np.log(1e-3), np.log(10), 4000))
    top = np.array([x * (1 + (lam / (x - lam)).sum() / d) for x in u])
    return z.max(), top.min()


def newton(z, m):
    """Newton's method on m (1 + (1/d) sum lam/(lam m - z)) = 1."""
    for iteration in range(30):
        q = 1 / (lam * m[:, None] - z[:, None])
        f = m * (1 + (lam * q).sum(1) / d) - 1
        step = f / (1 - z * (lam * q * q).sum(1) / d)
        m = m - step
        if np.abs(step / m).max() < 1e-10:
            break
    return m


def resolvent(z):
    m = np.ones(len(z), complex)
    for height in 3 * 0.4 ** np.arange(40):
        if height < z.imag.min():
            break
        m = newton(z.real + 1j * np.maximum(z.imag, height), m)
    m = newton(z, m)
    q = 1 / (lam * m[:, None] - z[:, None])
    return (target * q).sum(1), m * (lam * q).sum(1)


start = time.process_time()
left, right = edges()
found = time.process_time()
nodes = int(15 * d ** (2 * alpha)) // 2
centre, a, b = (left / 2 + right * 1.05) / 2, (right * 1.05 - left / 2) / 2, 4 * left
theta = (np.arange(nodes) + 0.5) * np.pi / nodes
if job["share"] < 1:
    theta = theta[:: int(1 / job["share"])]
z = centre - a * np.cos(theta) + 1j * b * np.sin(theta)
dz = (a * np.sin(theta) + 1j * b * np.cos(theta)) * np.pi / nodes
chunk = max(1, 400_000 // len(j))
parts = [resolvent(z[i : i + chunk]) for i in range(0, len(z), chunk)]
phi, trace = (np.concatenate(part) for part in zip(*parts))
solved = time.process_time()

# (1/2 pi i) times the integral, twice the imaginary part of the upper half; z runs left to right above the axis: clockwise
log_g = np.log(1 - 2 * gamma * z + 2 * gamma**2 * z**2)
weight_f, weight_k = phi * dz / np.pi, gamma**2 * z * trace * dz / np.pi
x = np.linspace(0, np.log(1 + last), 400)
F, K = np.empty((2, len(x)))
for i, r in enumerate(np.expm1(x)):
    power = np.exp(r * log_g)
    F[i], K[i] = (weight_f * power).imag.sum(), (weight_k * power).imag.sum()
powers = time.process_time()


def spread(values):
    """Cubic interpolation to every whole step."""
    at = np.log1p(np.arange(last + 1)) / (x[1] - x[0])
    i = np.clip(at.astype(int), 1, len(x) - 3)
    t = at - i
    return (
        -t * (t - 1) * (t - 2) / 6 * values[i - 1]
        + (t + 1) * (t - 1) * (t - 2) / 2 * values[i]
        - (t + 1) * t * (t - 2) / 2 * values[i + 1]
        + (t + 1) * t * (t - 1) / 6 * values[i + 2]
    )


if job["share"] < 1:
    F, K = (1 + np.expm1(x)) ** -0.6, 0.3 * (1 + np.expm1(x)) ** -1.8
# what no parameter can reach lies at z = 0, outside the contour
if job["share"] == 1:
    low, high = np.log(lam[-1]) - 1, np.log(lam.sum() / d)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (lam / (lam + np.exp(middle))).sum() > d else (low, middle)
    kappa0 = np.exp(low)
    F = F + kappa0 * (target / (lam + kappa0)).sum()
F, K = spread(F), spread(K)
size = 1 << int(2 * last + 1).bit_length()
transform = np.fft.rfft(K, size)
P = F
for iteration in range(200):
    following = F.copy()
    following[1:] += np.fft.irfft(transform * np.fft.rfft(P, size), size)[:last]
    change = np.abs(following / P - 1).max()
    P = following
    if change < 1e-9:
        break
done = time.process_time()
scale = 1 / job["share"]
print(
    json.dumps(
        {
            "nodes": 2 * nodes,
            "seconds": {"newton": found - start + (solved - found) * scale, "powers": (powers - solved) * scale, "fft": done - powers},
            "loss": P[steps].tolist() if job["share"] == 1 else None,
        }
    )
)
