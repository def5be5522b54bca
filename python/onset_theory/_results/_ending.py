"""How training ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._estimate import Estimate


@dataclass(frozen=True)
class Ending:
    """How training ended at one n/d, over the replicates (docs/theory.md, section 4).

    Attributes
    ----------
    kind : str
        In a word.
    ended, replicates : int
        Runs of phase 1 whose gradient vanishes at the end, with a stable bulk right of zero; and all runs.
    radius : Estimate
        A spectral radius over those that ended: below one the end is stable.
    edge : Estimate
        Left edge of the bulk over the others; near zero, training becomes ever slower.
    time : float or None
        The sum of step sizes up to which the others were followed, the shortest.
    """

    kind: str
    ended: int
    replicates: int
    radius: Estimate
    edge: Estimate
    time: float | None

    @classmethod
    def of(cls, found: Mapping[str, Any] | None) -> Ending | None:
        """From the record of a result."""
        if found is None:
            return None
        return cls(
            found["kind"],
            found["ended"],
            found["replicates"],
            Estimate.of(found["radius"], found["radius_std_error"]),
            Estimate.of(found["edge"], found["edge_std_error"]),
            found["time"],
        )
