"""The loss of random features, N of them trained on P samples by gradient flow, in NumPy as one would write it from the equations
of Bordelon, Atanasov and Pehlevan (2024) (docs/theory.md, section 8): at every time both Laplace transforms are inverted by
Talbot's method; the response functions R1 and R3 follow by Newton's method from the nodes far out inwards, each step a sum over all
M modes; the two-frequency correlation from three sums of products over the modes. Reads {a, b, modes, N, P, noise, times} as JSON;
prints the test loss and seconds of processor time."""

import json
import sys
import time

import numpy as np

job = json.load(sys.stdin)
N, P, noise = job["N"], job["P"], job["noise"]
k = np.arange(1.0, job["modes"] + 1)
lam, c = k ** -job["b"], k ** -job["a"]
NODES = 24

# Talbot's contour of Weideman (2006): its upper half, the lower one is the conjugate
theta = (np.arange(NODES // 2) + 0.5) * 2 * np.pi / NODES
cot = 1 / np.tan(0.6407 * theta)
talbot = NODES * (-0.4814 + 0.5017 * theta * cot + 0.2645j * theta)
turn = NODES * (0.5017 * cot - 0.5017 * 0.6407 * theta / np.sin(0.6407 * theta) ** 2 + 0.2645j) / NODES


def follow(z, x, slope, end):
    """kappa at `end` from kappa = x at z, where z = kappa R1 R3, R1 = 1 - D/P, R3 = 1 - D/N, D = sum lam/(kappa + lam): along the ray
    between them, with Euler's step before Newton's; and dz/dkappa there."""
    for stage in z * (end / z) ** np.linspace(0, 1, 2 + int(2 * abs(np.log2(abs(end / z)))))[1:]:
        x = x + (stage - z) / slope
        for iteration in range(50):
            h = 1 / (x + lam)
            D, dD = (lam * h).sum(), -(lam * h * h).sum()
            R1, R3 = 1 - D / P, 1 - D / N
            slope = R1 * R3 - x * dD * (R1 / N + R3 / P)
            step = (x * R1 * R3 - stage) / slope
            x = x - step
            if abs(step) < 1e-13 * abs(x):
                break
        z = stage
    return z, x, slope


def test_loss(t):
    z = talbot / t
    for i in range(len(z)):
        known[i] = follow(*known[i], z[i])
    kappa = np.array([x for _, x, _ in known])
    both = np.concatenate([kappa, kappa.conj()])
    h = 1 / (both[:, None] + lam)
    D, G = (lam * h).sum(1), (c * h).sum(1)
    R1, R3 = 1 - D / P, 1 - D / N
    E1, E2, T0 = (lam * h) @ h.T, (lam**2 * h) @ h.T, (c * h) @ h.T
    delta = (1 - E2 / N) * (1 - E2 / P) - np.outer(both, both) * E1**2 / (N * P)
    C = (T0 * R3 + G * E1 / N + noise * (1 - E2 / N) / np.outer(both, both)) / (np.outer(R3, R3) * delta)
    weight = np.exp(talbot) * turn / (1j * t)
    w = np.concatenate([weight, weight.conj()])
    return (w / R1 @ C @ (w / R1)).real


start = time.process_time()
# far out kappa = z; each time then starts from the one before
known = [(far, far, 1) for far in 4 * lam.sum() * talbot / abs(talbot)]
loss = [test_loss(t) for t in job["times"]]
print(json.dumps({"seconds": time.process_time() - start, "loss": loss}))
