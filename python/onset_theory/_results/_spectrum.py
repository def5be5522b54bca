"""The spectrum of the Hessian."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._estimate import Estimate
from ._base import Array, Result
from ._ending import Ending

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Outlier:
    """An eigenvalue outside the bulk.

    Attributes
    ----------
    value : Estimate
        The eigenvalue.
    overlap : Estimate
        Squared part of its eigenvector in the hard directions, between 0 and 1.
    neurons : ndarray, shape (m,)
        How much each neuron takes part.
    latent : ndarray, shape (k,)
        The latent direction that it leans to.
    """

    value: Estimate
    overlap: Estimate
    neurons: Array
    latent: Array


@dataclass(frozen=True)
class Atom:
    """A point mass of the bulk: where it lies, and how much of the spectrum it holds."""

    value: float
    mass: float


class Spectrum(Result):
    """The spectrum of the Hessian at one n/d after T steps (docs/theory.md, sections 5 and 6)."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta", self.delta
        yield "steps", "end" if self.steps is None else self.steps
        yield "left_edge", f"{self.left_edge} ({self.left_edge_kind})"
        yield "right_edge", f"{self.right_edge} ({self.right_edge_kind})"
        yield "margin", self.margin
        yield "outliers", len(self.outliers)

    @property
    def delta(self) -> float:
        """n/d."""
        return float(self._record["delta"])

    @property
    def steps(self) -> int | None:
        """T; None at the end of training."""
        found = self._record["steps"]
        return None if found is None else int(found)

    @property
    def ending(self) -> Ending | None:
        """How training ended, where it was followed to its end."""
        return Ending.of(self._record["ending"])

    @property
    def side(self) -> str:
        """``"left"`` or ``"right"``: where outliers were looked for."""
        return str(self._record["side"])

    @property
    def left_edge(self) -> Estimate:
        """Lower end of the bulk."""
        return self._estimate("left_edge")

    @property
    def left_edge_kind(self) -> str:
        """``"soft"``, ``"hard"``, ``"atom"`` or ``"unbounded"``."""
        return str(self._record["left_edge_kind"])

    @property
    def right_edge(self) -> Estimate:
        """Upper end of the bulk."""
        return self._estimate("right_edge")

    @property
    def right_edge_kind(self) -> str:
        """As ``left_edge_kind``."""
        return str(self._record["right_edge_kind"])

    @property
    def margin(self) -> Estimate:
        """Signed distance to the transition, lambda_min(A(left edge)); negative: an informative outlier exists."""
        return self._estimate("margin")

    @property
    def left_edge_effective(self) -> Estimate:
        """The left edge as ``effective_n`` samples see it, where the curvature is unbounded below."""
        return self._estimate("left_edge_effective")

    @property
    def right_edge_effective(self) -> Estimate:
        """The right edge as ``effective_n`` samples see it, where the curvature is unbounded above."""
        return self._estimate("right_edge_effective")

    @property
    def margin_effective(self) -> Estimate:
        """The margin at that left edge."""
        return self._estimate("margin_effective")

    @property
    def effective_n(self) -> int | None:
        """Samples to which the effective numbers refer; None where nothing depends on their number."""
        found = self._record["effective_n"]
        return None if found is None else int(found)

    @property
    def outliers(self) -> tuple[Outlier, ...]:
        """Eigenvalues outside the bulk, on the side that was asked for, that carry hard directions."""
        return tuple(
            Outlier(
                Estimate.of(found["value"], found["value_error"], found["error_reason"]),
                Estimate.of(found["overlap"], found["overlap_error"], found["error_reason"]),
                found["neurons"],
                found["latent"],
            )
            for found in self._record["outliers"]
        )

    @property
    def atom(self) -> Atom | None:
        """A point mass of the bulk, if there is one."""
        found = self._record["atom"]
        return None if found is None else Atom(found["value"], found["mass"])

    @property
    def x(self) -> Array:
        """Places of the bulk's density (N,), increasing."""
        return self._array("density", 2)[:, 0]

    @property
    def density(self) -> Array:
        """The bulk's density there (N,), per unit of eigenvalue."""
        return self._array("density", 2)[:, 1]

    def _columns(self) -> dict[str, Any]:
        return {"x": self.x, "density": self.density}

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the bulk, and the outliers with their overlaps (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.spectrum(self, ax)
