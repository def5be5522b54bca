#!/usr/bin/env python3
"""Opens a page of `onset report` in headless Chromium and uses it as a reader does.

Usage: drive.py CHROMIUM PAGE.html [SCREENSHOT.png [dark]]. Exit code 1 and a sentence where the page is not as it should be.
"""

import os
import sys

from browser import expect, visit


def use(browser):
    report = "window.onsetReport"
    expect(browser.value(f"typeof {report}") == "object", "the page's program did not run to its end")
    charts = browser.value(f"Object.keys({report}.charts)")
    expect("spectrum" in charts and "ladder" in charts, f"charts are missing: {charts}")
    asked = [name for name in ("boundary", "simulation") if browser.value(f"{report}.data.{name} !== null")]
    sections = browser.value("[...document.querySelectorAll('main section')].map(s => s.getAttribute('aria-labelledby'))")
    expect(sections == ["h-thresholds", "h-ladder", "h-spectrum", "h-dynamics", *(f"h-{name}" for name in asked), "h-provenance"],
           f"the sections are {sections}")
    # pictures are drawn, say what they show, and have their numbers in a table beside them
    drawn = browser.value("[...document.images].map(i => i.complete && i.naturalWidth > 300 && i.alt.length > 20)")
    expect(drawn == [True] * len(asked), f"pictures: {drawn}")
    for name in asked:
        table = browser.value(f"document.querySelector('section[aria-labelledby=h-{name}] details').textContent")
        expect(any(digit in table for digit in "123456789"), f"{name} has no numbers beside its picture")
    # the curve of every place of the slider is that of the data
    frames = browser.value(f"{report}.data.spectra[0].frames.length")
    seen = []
    for place in (0, frames // 2, frames - 1):
        browser.value(f"(() => {{ const s = document.getElementById('delta'); s.value = {place};"
                      " s.dispatchEvent(new Event('input', {bubbles: true})); })()")
        shown = browser.value(f"Array.from({report}.charts.spectrum.data[0])")
        wanted = browser.value(f"{report}.data.spectra[0].frames[{place}].density.map(p => p[0])")
        expect(shown == wanted, f"the slider at {place} does not show its spectrum")
        words = browser.value("document.getElementById('frame').textContent")
        expect(words == browser.value("document.getElementById('delta').getAttribute('aria-valuetext')"),
               "a screen reader is told something else than the page says")
        seen.append(words)
    expect(len(set(seen)) == len(seen) and "outlier" in seen[-1], f"the slider's words: {seen}")
    # keys move the slider
    browser.value("document.getElementById('delta').focus()")
    before = browser.value("document.getElementById('delta').value")
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowLeft", code="ArrowLeft", windowsVirtualKeyCode=37)
    expect(browser.value("document.getElementById('delta').value") != before, "arrow keys do not move the slider")
    # what is read off the ladder on hover is the number of the data
    hovered = browser.value(f"""(() => {{ const u = {report}.charts.ladder;
        u.setCursor({{left: u.valToPos(u.data[0][1], 'x'), top: 10}});
        const rungs = {report}.data.nn.ladder.filter(r => r.steps > 0 && r.delta_nn != null);
        return [u.data[1][u.cursor.idx], rungs[u.cursor.idx].delta_nn]; }})()""")
    expect(hovered[0] == hovered[1], f"hovering shows {hovered[0]}, the data have {hovered[1]}")
    missing = browser.value("""[...document.querySelectorAll('input, select')].filter(e =>
        !document.querySelector(`label[for=${e.id}]`)).map(e => e.id)""")
    expect(missing == [], f"controls without a label: {missing}")


def main():
    chromium, page, *picture = sys.argv[1:]
    expect(os.path.getsize(page) < 2_000_000, "the page is larger than two megabytes")
    visit(chromium, page, use, *picture)
    print("the page does what it says")


if __name__ == "__main__":
    main()
