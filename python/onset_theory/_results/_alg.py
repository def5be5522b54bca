"""The threshold of the best first-order method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._calls import ask
from .._estimate import Estimate
from ._base import Array, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class AlgorithmicThreshold(Result):
    """The threshold of the best first-order method, and how the latent directions split.

    ``float(threshold)`` is ``delta_alg``.
    """

    __slots__ = ()

    def __float__(self) -> float:
        return float(self.delta_alg)

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta_alg", self.delta_alg
        yield "delta_spec", self.delta_spec
        yield "easy_dim", self.easy_dim
        yield "hard_dim", self.hard_dim

    @property
    def delta_alg(self) -> Estimate:
        """n/d above which the best first-order method learns the hard directions (docs/theory.md, section 3)."""
        return self._estimate("delta_alg", reason="reason")

    @property
    def delta_spec(self) -> Estimate:
        """The same for the best spectral method; never below ``delta_alg``."""
        return self._estimate("delta_spec")

    @property
    def method(self) -> str:
        """``"quadrature"``, or beyond three latents that matter ``"samples"``."""
        return str(self._record["method"])

    @property
    def latent_dim(self) -> int:
        """k, the latents of the link."""
        return int(self._record["latent_dim"])

    @property
    def easy_dim(self) -> int:
        """Directions that E[z | y], or that given easy latents, shows."""
        return int(self._record["easy_dim"])

    @property
    def hard_dim(self) -> int:
        """Directions that it does not show."""
        return int(self._record["hard_dim"])

    @property
    def irrelevant_dim(self) -> int:
        """Directions on which the label does not depend."""
        return int(self._record["irrelevant_dim"])

    @property
    def easy_basis(self) -> Array:
        """Orthonormal rows (easy_dim, k)."""
        return self._array("easy_basis", self.latent_dim)

    @property
    def hard_basis(self) -> Array:
        """Orthonormal rows (hard_dim, k)."""
        return self._array("hard_basis", self.latent_dim)

    @property
    def irrelevant_basis(self) -> Array:
        """Orthonormal rows (irrelevant_dim, k)."""
        return self._array("irrelevant_basis", self.latent_dim)

    @property
    def direction(self) -> Array | None:
        """What is learned first, a matrix in the latents (k, k): the top eigenvector of F; None where nothing is."""
        found = self._record["direction"]
        return None if found is None else np.asarray(found)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be known of the split, in words."""
        return tuple(self._record["remarks"])

    def _label_law(self) -> dict[str, Any]:
        """The label's law, with E[z | y] and G(y)."""
        return ask(self.study._core.moments)[0]

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the eigenvalues of G(y) = E[z z^T - I | y] over the label, for at most three latents (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.moments(self, ax)
