"""What a call costs: python benches/calls.py

Required: the overhead of a call below 1 ms, Study(..).delta_alg() of one latent below 5 ms. The best of many is shown, and the
median, which other work on the machine moves.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import onset_theory as onset

SQUASHED: dict[str, Any] = {
    "link": "1.5*tanh(z1**2 - 1)",
    "activation": "sqrt(1 + u**2) - 1 + 0.2*u",
    "readout": [1, 0.5],
    "loss": "pseudo-huber",
    "step_size": 0.5,
    "init_std": 0.5,
}


def show(name: str, work: Callable[[], Any], count: int) -> None:
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begin))
    print(f"{name:46s} {min(times):9.3f} ms best {statistics.median(times):9.3f} ms median of {count}")


def main() -> None:
    known = onset.Study("z1**2")
    known.delta_alg()
    study = onset.Study(**SQUASHED)
    study.dynamics(6, steps=1)
    show("overhead of a call: delta_alg() once known", known.delta_alg, 300)
    show("Study(link)", lambda: onset.Study("z1**2"), 300)
    show("Study(link, network, ..)", lambda: onset.Study(**SQUASHED), 300)
    show("Study(link).delta_alg(), k = 1", lambda: onset.Study("z1**2").delta_alg(), 100)
    show("study.with_(init_std=..)", lambda: study.with_(init_std=0.3), 300)
    show("Study(link).delta_alg(), k = 2", lambda: onset.Study("z1*z2").delta_alg(), 3)


if __name__ == "__main__":
    main()
