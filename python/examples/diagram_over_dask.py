"""A phase diagram by a dask cluster: the scheduler is dask's, here on this machine, elsewhere on many."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

import onset_theory as onset

DELTAS = np.array([1.0, 2.0, 4.0])
SCALES = np.array([0.3, 0.6])


def margin(study: onset.Study, delta: float) -> float:
    """One cell. Workers are many, so each computes with one thread."""
    return float(study.spectrum(delta, threads=1).margin)


def over(client: Any, study: onset.Study) -> npt.NDArray[np.float64]:
    """The margin over n/d (columns) and the scale of the initialisation (rows)."""
    studies = [study.with_(init_std=scale) for scale in SCALES]
    cells = [client.submit(margin, each, delta) for each in studies for delta in DELTAS]
    return np.array(client.gather(cells)).reshape(len(SCALES), len(DELTAS))


def main() -> None:
    try:
        from dask.distributed import Client, LocalCluster
    except ImportError:
        sys.exit("dask.distributed is not installed, so there is no cluster: pip install 'dask[distributed]'")
    study = onset.Study(
        link="1.5*tanh(z1**2 - 1)",
        activation="sqrt(1 + u**2) - 1 + 0.2*u",
        readout=[1, 0.5],
        loss="pseudo-huber",
        init_std=0.5,
        samples=2048,
    )
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        found = over(client, study)
    whole = study.diagram(("delta", DELTAS), ("init_std", SCALES))
    print(found.round(4))
    print("equal to study.diagram to the last bit:", np.array_equal(found, whole.value))


if __name__ == "__main__":
    main()
