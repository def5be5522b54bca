"""Theory beside simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._estimate import Estimate
from ._base import Array, Indices, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Check:
    """One number of theory beside the same of simulation.

    Attributes
    ----------
    quantity : str
        Which.
    delta : float
        n/d.
    dim : int
        d.
    steps : int
        T.
    theory, simulation : Estimate
        The number on both sides.
    z : float
        Their gap over its error.
    finding : str
        ``"agrees"``, ``"finite size"``, ``"disagrees"`` or ``"not judged"``.
    reason : str or None
        Why it was not judged.
    """

    quantity: str
    delta: float
    dim: int
    steps: int
    theory: Estimate
    simulation: Estimate
    z: float
    finding: str
    reason: str | None


@dataclass(frozen=True)
class Trend:
    """How a gap goes with the dimension.

    Attributes
    ----------
    quantity : str
        Of which number.
    delta : float
        n/d.
    steps : int
        T.
    dims : ndarray, shape (D,)
        Dimensions.
    gaps, gap_errors : ndarray, shape (D,)
        Simulation minus theory there, and its standard error.
    limit : Estimate
        What it tends to as the dimension grows.
    vanishes : bool
        Whether it goes away as finite-size effects do.
    """

    quantity: str
    delta: float
    steps: int
    dims: Indices
    gaps: Array
    gap_errors: Array
    limit: Estimate
    vanishes: bool


class Validation(Result):
    """Theory beside simulation, number by number (docs/theory.md, section 7.2). True where they agree."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return self.agree

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "agree", self.agree
        yield "judged", self._record["judged"]
        yield "disagree", self._record["disagree"]
        yield "finite_size", self._record["finite_size"]

    @property
    def agree(self) -> bool:
        """Whether no number disagrees."""
        return bool(self._record["agree"])

    @property
    def level(self) -> float:
        """The probability of finding any disagreement where there is none."""
        return float(self._record["level"])

    @property
    def interrupted(self) -> bool:
        """Whether there would be more runs, dimensions or deltas."""
        return bool(self._record["interrupted"])

    @property
    def checks(self) -> tuple[Check, ...]:
        """All numbers that were compared."""
        return tuple(
            Check(
                found["quantity"],
                found["delta"],
                found["dim"],
                found["steps"],
                Estimate.of(found["theory"], found["theory_error"]),
                Estimate.of(found["simulation"], found["simulation_error"]),
                np.nan if found["z"] is None else found["z"],
                found["finding"],
                found["reason"],
            )
            for found in self._record["checks"]
        )

    @property
    def trends(self) -> tuple[Trend, ...]:
        """Gaps over the dimensions, where there are several."""
        return tuple(
            Trend(
                found["quantity"],
                found["delta"],
                found["steps"],
                found["dims"],
                found["gaps"],
                found["gap_errors"],
                Estimate.of(found["limit"], found["limit_error"]),
                found["vanishes"],
            )
            for found in self._record["trend"]
        )

    def _columns(self) -> dict[str, Any]:
        checks = self._record["checks"]
        names = list(checks[0]) if len(checks) else []
        return {name: [check[name] for check in checks] for name in names}

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the z-score of every check, in the colour of its finding (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.validation(self, ax)
