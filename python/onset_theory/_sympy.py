"""Formulas of SymPy as the program reads them."""

from __future__ import annotations

import sys
from typing import Any

#: The program's names for what SymPy calls otherwise; what it does not know, it refuses by name.
_NAMES = {"Abs": "abs", "log": "ln", "Max": "max", "Min": "min"}


def text(value: Any) -> Any:
    """A formula of SymPy as text; everything else as it is."""
    sympy = sys.modules.get("sympy")
    if sympy is None or not isinstance(value, sympy.Basic):
        return value
    from sympy.printing.str import StrPrinter

    class Printer(StrPrinter):  # type: ignore[misc]
        def _print_Function(self, expression: Any) -> str:
            name = expression.func.__name__
            return f"{_NAMES.get(name, name)}({self.stringify(expression.args, ', ')})"

        def _print_Float(self, expression: Any) -> str:
            # all digits: what SymPy prints stops at fifteen
            return repr(float(expression))

        def _print_Exp1(self, expression: Any) -> str:
            return "exp(1)"

        _print_Abs = _print_Max = _print_Min = _print_log = _print_Function

        def _print_LatticeOp(self, expression: Any) -> str:
            name = type(expression).__name__
            arguments = sorted(expression.args, key=str)
            return f"{_NAMES.get(name, name)}({self.stringify(arguments, ', ')})"

    return str(Printer({"full_prec": False, "sympy_integers": False}).doprint(value))
