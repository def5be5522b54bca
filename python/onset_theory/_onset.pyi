from collections.abc import Callable
from os import PathLike
from typing import Any, final

__all__ = ["Core", "Options", "__version__", "full_name", "measured"]

__version__: str

def measured(value: float, error: float) -> str: ...
def full_name(name: str) -> str: ...

_Answer = tuple[dict[str, Any], str, str]
_Axis = str | tuple[str, list[float]]
_When = int | str

@final
class Options:
    def __new__(
        cls,
        threads: int | None = None,
        progress: Callable[[str, float], Any] | None = None,
        keep: bool = False,
        note: Callable[[str, bool], Any] | None = None,
    ) -> Options: ...
    @property
    def threads(self) -> int | None: ...
    @property
    def progress(self) -> Callable[[str, float], Any] | None: ...
    @property
    def keep(self) -> bool: ...
    @property
    def note(self) -> Callable[[str, bool], Any] | None: ...

@final
class Core:
    @staticmethod
    def from_fields(fields: dict[str, Any]) -> Core: ...
    @staticmethod
    def from_table(sections: dict[str, Any], fields: dict[str, Any]) -> Core: ...
    @staticmethod
    def from_toml(text: str, fields: dict[str, Any]) -> Core: ...
    @staticmethod
    def from_file(path: str | PathLike[str], fields: dict[str, Any]) -> Core: ...
    def with_fields(self, fields: dict[str, Any]) -> Core: ...
    def template_toml(self) -> str: ...
    def resolved_toml(self) -> str: ...
    def resolved_json(self) -> str: ...
    def remarks(self) -> list[str]: ...
    def fingerprint(self) -> str: ...
    def moments(self, options: Options) -> _Answer: ...
    def alg(self, options: Options) -> _Answer: ...
    def spectrum(self, options: Options, delta: float, at: _When, right: bool) -> _Answer: ...
    def dynamics(
        self,
        options: Options,
        delta: float,
        to_the_end: bool,
        dim: int | None,
        fraction: float,
    ) -> _Answer: ...
    def simulate(
        self,
        options: Options,
        delta: float,
        dim: int,
        runs: int,
        hessian_at: list[_When],
        null: bool,
        single: bool,
    ) -> _Answer: ...
    def validate(
        self,
        options: Options,
        deltas: list[float],
        dims: list[int],
        runs: int,
        hessian_at: list[_When] | None,
        null: bool,
        single: bool,
        level: float,
    ) -> _Answer: ...
    def escape(
        self,
        options: Options,
        deltas: list[float],
        dims: list[int],
        runs: int,
        level: float,
        steps_per_log: float | None,
        theory_steps: int | None,
        single: bool,
    ) -> _Answer: ...
    def crossing(
        self,
        options: Options,
        deltas: list[float],
        dims: list[int],
        runs: int,
        at: _When | None,
        theory: bool,
        single: bool,
    ) -> _Answer: ...
    def nn(
        self,
        options: Options,
        at: list[_When],
        error: float,
        most_samples: int | None,
        draft: bool,
        longest: int,
        dim: int | None,
        fraction: float,
    ) -> _Answer: ...
    def diagram(
        self,
        options: Options,
        quantity: str,
        x: _Axis,
        y: _Axis | None,
        numbers: dict[str, Any],
        adaptive: bool,
        journal: tuple[str | PathLike[str], bool] | None,
        lines: list[str],
    ) -> _Answer: ...
    def design(
        self,
        options: Options,
        over: list[str],
        at: _When,
        restarts: int,
        evaluations: int | None,
        tolerance: float,
    ) -> _Answer: ...
    def page(self, options: Options, asked: dict[str, Any]) -> _Answer: ...
