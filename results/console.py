#!/usr/bin/env python3
"""Runs the Python of a page and expects what it shows; with ONSET_DOCS=overwrite, writes what differs into the page.

Usage: console.py PAGE.md. Run by results/console.sh.
"""

import contextlib
import doctest
import io
import os
import pathlib
import sys
import tempfile


def main():
    page = pathlib.Path(sys.argv[1]).resolve()
    text = page.read_text()
    overwrite = os.environ.get("ONSET_DOCS") == "overwrite"
    names = {}
    different = 0
    # what the examples write is nobody's
    os.chdir(tempfile.mkdtemp())
    lines = text.split("\n")
    # from the last to the first, so that the places before it stay what they are
    for first, shown, printed in reversed(run_all(text, names)):
        if shown == printed:
            continue
        different += 1
        print(f"{page.name}:{first + 1}\n--- shown\n{shown}--- printed\n{printed}", file=sys.stderr)
        lines[first:first + shown.count("\n")] = printed.splitlines()
    if different and overwrite:
        page.write_text("\n".join(lines))
    return 0 if overwrite else different


def run_all(text, names):
    """Every example in order: the line of its output, what the page shows, what is printed."""
    # a fence would be taken for output
    plain = "\n".join("" if line.startswith("```") else line for line in text.split("\n"))
    found = []
    for example in doctest.DocTestParser().get_examples(plain):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(example.source, "<page>", "single"), names)
        place = example.lineno + example.source.count("\n")
        found.append((place, example.want, out.getvalue()))
    return found


if __name__ == "__main__":
    sys.exit(main())
