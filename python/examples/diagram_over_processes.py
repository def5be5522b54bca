"""A phase diagram by concurrent.futures: studies pickle, so any scheduler of processes will do."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import numpy as np
import numpy.typing as npt

import onset_theory as onset

DELTAS = np.array([1.0, 2.0, 4.0])
SCALES = np.array([0.3, 0.6])


def margins(study: onset.Study) -> npt.NDArray[np.float64]:
    """The margin of one network over n/d."""
    return np.array([float(study.spectrum(delta, threads=1).margin) for delta in DELTAS])


def main() -> None:
    study = onset.Study(
        link="1.5*tanh(z1**2 - 1)",
        activation="sqrt(1 + u**2) - 1 + 0.2*u",
        readout=[1, 0.5],
        loss="pseudo-huber",
        init_std=0.5,
        samples=2048,
    )
    with ProcessPoolExecutor(2) as pool:
        found = np.array(list(pool.map(margins, [study.with_(init_std=scale) for scale in SCALES])))
    whole = study.diagram(("delta", DELTAS), ("init_std", SCALES))
    print(found.round(4))
    print("largest difference to study.diagram:", np.abs(found - whole.value).max())


if __name__ == "__main__":
    main()
