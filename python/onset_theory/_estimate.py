"""A number with its error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ._onset import measured


@dataclass(frozen=True)
class Estimate:
    """A number with its error, or why there is none.

    ``float(estimate)`` is the value, so an estimate goes wherever a number goes: into NumPy, formats, arithmetic.

    Attributes
    ----------
    value : float
        The number; infinite or not a number where ``reason`` says so.
    error : float
        Its absolute error: one standard error where it is statistical, else the difference of two resolutions. Not a number
        where it is not known.
    reason : str or None
        Why the number is absent, infinite or zero.

    Examples
    --------
    >>> from onset_theory import Estimate
    >>> estimate = Estimate(0.94123, 0.0031)
    >>> print(estimate)
    0.9412 +- 0.0031
    >>> f"{float(estimate):.2f}"
    '0.94'
    """

    value: float
    error: float = math.nan
    reason: str | None = None

    @classmethod
    def of(cls, value: float | None, error: float | None, reason: str | None = None) -> Estimate:
        """What a result says of a number: value, error, and the reason where they are absent."""
        if value is None:
            infinite = reason is not None and reason.startswith("infinite")
            value = math.inf if infinite else math.nan
        return cls(float(value), math.nan if error is None else float(error), reason)

    def __float__(self) -> float:
        return self.value

    @property
    def is_finite(self) -> bool:
        """Whether there is a number."""
        return math.isfinite(self.value)

    def __str__(self) -> str:
        if not self.is_finite:
            return self.reason or "none"
        if self.value == 0.0 and self.error == 0.0:
            return "0"
        if math.isnan(self.error):
            return f"{self.value:.6g} +- ?"
        return measured(self.value, self.error)
