"""What can go wrong."""

from __future__ import annotations

from typing import Any


class OnsetError(Exception):
    """Why there is no answer, in the words of the program."""


class InputError(OnsetError, ValueError):
    """What was asked cannot be used.

    Attributes
    ----------
    field : str or None
        Full name of the field or argument that is at fault, as ``"training.init_std"``.
    place : tuple of int or None
        Where in the field's text, if that is a formula that does not parse: first character and the one after the last.

    Examples
    --------
    >>> import onset_theory as onset
    >>> try:
    ...     onset.Study(link="z1 + tanj(z1)")
    ... except onset.InputError as error:
    ...     print(error.field, error.place)
    target.link (5, 9)
    """

    field: str | None
    place: tuple[int, int] | None

    def __init__(
        self, words: str, field: str | None = None, place: tuple[int, int] | None = None
    ) -> None:
        super().__init__(words)
        self.field = field
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.field, self.place)


class NumericalError(OnsetError, ArithmeticError):
    """The computation did not reach its tolerance."""


class OnsetWarning(UserWarning):
    """What is to be known beside a result."""
