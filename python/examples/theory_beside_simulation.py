"""Gradient descent written by hand in NumPy, and the theory's curve beside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import onset_theory as onset

DELTA, DIM, STEPS, ETA = 4.0, 400, 12, 0.5
READOUT = np.array([1.0, 0.5])


def activation(u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.sqrt(1 + u**2) - 1 + 0.2 * u


def slope(u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return u / np.sqrt(1 + u**2) + 0.2


def train(seed: int) -> npt.NDArray[np.float64]:
    """Training loss of one run, step by step: y = 1.5 tanh(z1^2 - 1), loss sqrt(1 + (f - y)^2) - 1."""
    random = np.random.default_rng(seed)
    samples = round(DELTA * DIM)
    x = random.standard_normal((samples, DIM))
    y = 1.5 * np.tanh(x[:, 0] ** 2 - 1)
    w = 0.5 * random.standard_normal((2, DIM)) / np.sqrt(DIM)
    losses = np.empty(STEPS + 1)
    for step in range(STEPS + 1):
        u = x @ w.T
        gap = activation(u) @ READOUT - y
        losses[step] = np.mean(np.sqrt(1 + gap**2) - 1)
        push = gap / np.sqrt(1 + gap**2)
        w -= ETA / samples * (push[:, None] * slope(u) * READOUT).T @ x
    return losses


def main() -> None:
    study = onset.Study(
        link="1.5*tanh(z1**2 - 1)",
        activation="sqrt(1 + u**2) - 1 + 0.2*u",
        readout=READOUT,
        loss="pseudo-huber",
        step_size=ETA,
        steps=STEPS,
        init_std=0.5,
        samples=8192,
    )
    theory = study.dynamics(DELTA)
    runs = np.array([train(seed) for seed in range(8)])
    mean, error = runs.mean(0), runs.std(0, ddof=1) / np.sqrt(len(runs))
    print("step  theory   simulation")
    for step in range(0, STEPS + 1, 3):
        print(f"{step:4d}  {theory.train_loss[step]:.4f}   {mean[step]:.4f} +- {error[step]:.4f}")
    # of finite dimension: relative 1/d, and the scatter of eight runs
    gap = np.abs(mean - theory.train_loss)
    assert (gap < 5 * np.hypot(error, theory.train_loss_std_error) + 3 / DIM).all(), gap


if __name__ == "__main__":
    main()
