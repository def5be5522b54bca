"""How a computation is started: threads, progress, interruption, remarks."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

from ._errors import InputError, OnsetWarning
from ._onset import Options

#: Called with the stage under way, in a few words, and the fraction of the whole that is done. Where it returns False, the
#: computation ends with what is finished.
Listener = Callable[[str, float], Any]

Raw = tuple[dict[str, Any], str, str]

_log = logging.getLogger("onset_theory")


class _Bar:
    """A bar of tqdm that shows a fraction."""

    def __init__(self) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(total=1.0, leave=False, bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}")

    def __call__(self, stage: str, fraction: float) -> None:
        self._bar.set_description_str(stage, refresh=False)
        self._bar.n = min(max(fraction, 0.0), 1.0)
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


def ask(
    question: Callable[[Options], Raw],
    *,
    threads: int | None = None,
    progress: bool | Listener | None = None,
    on_interrupt: str = "raise",
    depth: int = 3,
) -> Raw:
    """Ask a question and say what is to be known beside the answer; `depth` frames up stands whoever asked."""
    if on_interrupt not in ("raise", "return"):
        raise InputError(
            f'on_interrupt {on_interrupt!r}: it is "raise" or "return"', "on_interrupt"
        )
    notes: list[str] = []

    def note(words: str, is_cost: bool) -> None:
        if is_cost:
            _log.info(words)
        else:
            notes.append(words)

    bar = None
    if progress is True:
        try:
            bar = _Bar()
        except ImportError:
            _log.info("tqdm is not installed: there is no bar")
    listener = bar if isinstance(progress, bool) or progress is None else progress
    count = None if threads is None else whole("threads", threads, 1, 1024)
    try:
        answer: Raw = question(Options(count, listener, on_interrupt == "return", note))
    finally:
        if bar is not None:
            bar.close()
    for words in notes:
        warnings.warn(words, OnsetWarning, stacklevel=depth)
    return answer


def whole(name: str, value: Any, low: int, high: int = 2**63 - 1) -> int:
    """A whole number within bounds, both included."""
    try:
        number = value.__index__()
    except AttributeError:
        raise InputError(f"{name} {value!r}: it has to be a whole number", name) from None
    if not low <= number <= high:
        bounds = f"at least {low}" if high == 2**63 - 1 else f"between {low} and {high}"
        raise InputError(f"{name} {value!r}: it has to be {bounds}", name)
    return int(number)


def moment(name: str, value: Any) -> int | str:
    """A number of steps, or the end of training."""
    if isinstance(value, str):
        if value != "end":
            raise InputError(f'{name} {value!r}: it has to be a number of steps, or "end"', name)
        return value
    return whole(name, value, 0)


def real(name: str, value: Any) -> float:
    """A number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} {value!r}: it has to be a number", name) from None


def several(name: str, values: Any, read: Callable[[str, Any], Any]) -> list[Any]:
    """One value or several, as a list."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        return [read(name, values)]
    return [read(name, value) for value in values]
