"""Everything that is public is documented, and shown in use."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import onset_theory as onset

QUESTIONS = ["delta_alg", "delta_nn", "ladder", "spectrum", "dynamics", "simulate", "escape", "crossing", "validate", "diagram", "design"]


def _members() -> Iterator[tuple[str, Any]]:
    for name in onset.__all__:
        found = getattr(onset, name)
        if not inspect.isclass(found):
            continue
        yield name, found
        for inner, member in inspect.getmembers(found):
            if inner.startswith("_") or inner in vars(Exception) or inner in vars(ValueError):
                continue
            if isinstance(member, property) or inspect.isroutine(member):
                yield f"{name}.{inner}", member


@pytest.mark.parametrize(("name", "member"), list(_members()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_name_says_what_it_is(name: str, member: Any) -> None:
    assert inspect.getdoc(member), name


@pytest.mark.parametrize("name", [*QUESTIONS, "with_", "from_toml", "from_file", "from_json", "from_dict"])
def test_every_method_is_shown_in_use(name: str) -> None:
    method = getattr(onset.Study, name)
    text = inspect.getdoc(method) or ""
    assert "Parameters\n----------" in text and "Examples\n--------" in text, name
    told = text.split("Parameters\n----------")[1]
    for parameter in list(inspect.signature(method).parameters)[1:]:
        assert parameter in told, f"{name}: {parameter}"


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_names_its_answer(name: str) -> None:
    method = getattr(onset.Study, name)
    answer = inspect.signature(method).return_annotation
    assert f"Returns\n-------\n{answer}" in (inspect.getdoc(method) or "")
    found = getattr(onset, answer)
    assert issubclass(found, onset.Result)
    for form in ("save", "to_pandas", "to_dict", "to_json", "_repr_html_"):
        assert callable(getattr(found, form))
    assert list(inspect.signature(found.plot).parameters)[:2] == ["self", "ax"]
