#!/usr/bin/env python3
"""Opens a page of `onset report` in headless Chromium and uses it as a reader does.

Usage: drive.py CHROMIUM PAGE.html [SCREENSHOT.png [dark]]. Exit code 1 and a sentence where the page is not as it should be.
The browser is driven over a pipe (its own protocol), so nothing but Python is needed.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile


class Browser:
    """Chromium, and what a page says to it."""

    def __init__(self, chromium, profile):
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()

        def place_pipes():
            # the protocol takes commands on 3 and answers on 4
            os.dup2(to_browser, 13)
            os.dup2(from_browser, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self._process = subprocess.Popen(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={profile}", "--window-size=1000,900", "about:blank"],
            close_fds=False, preexec_fn=place_pipes,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._rest = b""
        self._number = 0
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    _session = None

    def call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def _receive(self):
        while b"\0" not in self._rest:
            more = os.read(self._in, 1 << 16)
            if not more:
                raise SystemExit("Chromium ended")
            self._rest += more
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def open(self, page):
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=pathlib.Path(page).resolve().as_uri())
        self.value("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def complaints(self):
        """Exceptions, errors of the console, and requests that leave the file."""
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"]["text"])
            elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
                found.append(str(parameters["args"]))
            elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
                found.append(parameters["entry"]["text"])
            elif method == "Network.requestWillBeSent" and not parameters["request"]["url"].startswith(("file:", "data:")):
                found.append(f"a request to {parameters['request']['url']}")
        return found

    def close(self):
        self._process.terminate()
        self._process.wait()


def expect(holds, words):
    if not holds:
        raise SystemExit(words)


def use(browser):
    report = "window.onsetReport"
    expect(browser.value(f"typeof {report}") == "object", "the page's program did not run to its end")
    charts = browser.value(f"Object.keys({report}.charts)")
    expect("spectrum" in charts and "ladder" in charts, f"charts are missing: {charts}")
    expect(browser.value("document.querySelectorAll('main h2').length") == 5, "five sections are expected")
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
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(chromium, profile)
        try:
            if picture[1:] == ["dark"]:
                browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
            browser.open(page)
            use(browser)
            if picture:
                shot = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                                    clip={"x": 0, "y": 0, "width": 1000, "height": 3000, "scale": 1})
                pathlib.Path(picture[0]).write_bytes(base64.b64decode(shot["data"]))
            complaints = browser.complaints()
            expect(not complaints, f"the page complains: {complaints}")
        finally:
            browser.close()
    print("the page does what it says")


if __name__ == "__main__":
    main()
