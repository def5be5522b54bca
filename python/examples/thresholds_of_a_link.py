"""From a link to its thresholds: what any first-order method needs, and what this network needs."""

from __future__ import annotations

import onset_theory as onset


def main() -> None:
    study = onset.Study(
        link="1.5*tanh(z1**2 - 1)",
        activation="sqrt(1 + u**2) - 1 + 0.2*u",
        readout=[1, 0.5],
        loss="pseudo-huber",
        step_size=0.5,
        steps=10,
        init_std=0.5,
        samples=4096,
    )
    print("delta_alg   ", study.delta_alg().delta_alg)
    for rung in study.ladder([0, 10]).rungs:
        print(f"delta_NN({rung.steps})", rung.delta_nn)
    for outlier in study.spectrum(6, at=10).outliers:
        print("outlier at 6", outlier.value, "overlap", outlier.overlap)


if __name__ == "__main__":
    main()
