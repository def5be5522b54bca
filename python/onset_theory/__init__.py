"""Thresholds of feature learning in the proportional limit.

Samples ``x ~ N(0, I_d)`` carry labels ``y`` that depend on ``k`` hidden directions alone. A two-layer network with ``m``
neurons is trained on ``n`` of them by gradient descent, and ``n, d -> infinity`` at fixed ``delta = n/d``. How many samples
per dimension does it take to find the directions that ``E[z | y]`` does not show? :meth:`Study.delta_alg` answers for the
best first-order method, :meth:`Study.delta_nn` for this network with this loss; the other methods of :class:`Study` show
spectra, training, and the same quantities measured at finite size.

>>> import onset_theory as onset
>>> study = onset.Study(link="z1*z2")
>>> print(study.delta_alg().delta_alg)
0.59375 +- ...

Threads: the argument ``threads`` of a method stands above the environment variable ``ONSET_THREADS``, which stands above all
cores. Results do not depend on their number.
"""

from ._errors import InputError, NumericalError, OnsetError, OnsetWarning
from ._estimate import Estimate
from ._onset import __version__
from ._results import (
    AlgorithmicThreshold,
    Atom,
    Axis,
    Check,
    Crossing,
    Design,
    Diagram,
    Dynamics,
    Ending,
    Escape,
    Escapes,
    HessianEnds,
    Ladder,
    Outlier,
    Page,
    Result,
    Rung,
    Simulation,
    Spectrum,
    Trend,
    Validation,
)
from ._study import Study

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
    "Estimate",
    "HessianEnds",
    "InputError",
    "Ladder",
    "NumericalError",
    "OnsetError",
    "OnsetWarning",
    "Outlier",
    "Page",
    "Result",
    "Rung",
    "Simulation",
    "Spectrum",
    "Study",
    "Trend",
    "Validation",
    "__version__",
]
