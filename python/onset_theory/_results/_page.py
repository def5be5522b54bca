"""One page that tells all of a study."""

from __future__ import annotations

import html
import os
from pathlib import Path

from ._base import _write
from ._ladder import Ladder


class Page(Ladder):
    """The page of a study, with the ladder that it shows.

    In a notebook the page itself is shown.
    """

    __slots__ = ()

    @property
    def html(self) -> str:
        """The page: one HTML file that needs no network, byte for byte what ``onset report`` writes."""
        return str(self._record["html"])

    @property
    def agree(self) -> bool | None:
        """Whether theory and simulation agree; None where there is no simulation on the page."""
        found = self._record["agree"]
        return None if found is None else bool(found)

    def _repr_html_(self) -> str:
        source = html.escape(self.html, quote=True)
        return f'<iframe srcdoc="{source}" title="report of onset" style="width:100%;height:40rem;border:0"></iframe>'

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page (``.html``), or as any result the numbers of the ladder (``.json``, ``.csv``).

        Parameters
        ----------
        path : path-like
            The file; its ending says which form it has.

        Raises
        ------
        InputError
            When the ending is another one.
        """
        place = Path(path)
        if place.suffix == ".html":
            _write(place, lambda file: file.write(self.html))
        else:
            super().save(place)
