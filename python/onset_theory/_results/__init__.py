"""What the methods of a study return."""

from ._alg import AlgorithmicThreshold
from ._base import Result
from ._curves import Dynamics, Escape, HessianEnds, Simulation
from ._design import Design
from ._diagram import Axis, Diagram
from ._ending import Ending
from ._escapes import Crossing, Escapes
from ._ladder import Ladder, Rung
from ._page import Page
from ._spectrum import Atom, Outlier, Spectrum
from ._validation import Check, Trend, Validation

__all__ = [
    "AlgorithmicThreshold",
    "Atom",
    "Axis",
    "Check",
    "Crossing",
    "Design",
    "Diagram",
    "Dynamics",
    "Ending",
    "Escape",
    "Escapes",
    "HessianEnds",
    "Ladder",
    "Outlier",
    "Page",
    "Result",
    "Rung",
    "Simulation",
    "Spectrum",
    "Trend",
    "Validation",
]
