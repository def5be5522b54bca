#!/usr/bin/env python3
"""Opens the theory on the site in headless Chromium: every equation is typeset, in letters that were found.

Usage: equations.py CHROMIUM theory.html theory.md [SCREENSHOT.png [dark]].
"""

import pathlib
import sys

from browser import expect, visit


def main():
    chromium, page, source, *picture = sys.argv[1:]
    written = pathlib.Path(source).read_text().count("```math\n")
    expect(written > 30, f"{source} holds {written} equations")

    def use(browser):
        shown = browser.value("[...document.querySelectorAll('.katex-display')].filter(e => e.getBoundingClientRect().height > 10).length")
        expect(shown == written, f"{written} equations were written, {shown} are shown")
        bad = browser.value("document.querySelectorAll('.katex-error').length")
        expect(bad == 0, f"{bad} equations are errors")
        letters = browser.value("document.fonts.ready.then(() => [...document.fonts].filter(f => f.status === 'error').map(f => f.family))")
        expect(letters == [], f"letters are missing: {letters}")
        used = browser.value("[...document.fonts].filter(f => f.status === 'loaded' && f.family.startsWith('KaTeX')).length")
        expect(used >= 3, f"{used} of KaTeX's fonts are used")
        wide = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        expect(wide <= 0, f"the page is {wide} px wider than the window")

    visit(chromium, page, use, *picture)
    print(f"{written} equations are shown")


if __name__ == "__main__":
    main()
