"""A real browser: Debian's Chromium, driven by Playwright, and what a page said on its console."""

import os
import shutil

from playwright.sync_api import sync_playwright

import clock

WAIT = 20_000
"""Milliseconds for something to show; only ever waited in full when the test fails."""

# What a reader of the page by ear or by keyboard needs, asked of the page itself.
NAMELESS = """() => {
  const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const name = (e) => e.getAttribute('aria-label') || e.labels?.length && [...e.labels].map((l) => l.textContent).join()
    || e.getAttribute('aria-labelledby') || (e.matches('img') ? e.alt : '')
    || (e.matches('input, textarea, select') ? '' : e.textContent.trim());
  return [...document.querySelectorAll('button, a, input, textarea, select, summary, img, progress, nav, [role=region]')]
    .filter((e) => shown(e) && !name(e)).map((e) => e.outerHTML.slice(0, 200));
}"""
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}"""
FAINT = """() => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('p, span, a, h1, h2, button, time, label, summary')]
    .filter((e) => e.getClientRects().length && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((e) => {
      const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 120)];
    }).filter(([contrast]) => contrast < 4.5);
}"""


# The clock of the pages (see clock.py) is shifted from within: a browser does not start under a library that does it.
SHIFT = """(offset) => {
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...parts) { parts.length ? super(...parts) : super(Real.now() + offset); }
    static now() { return Real.now() + offset; }
  };
}"""


class Browser:
    """One Chromium; each page has storage of its own."""

    def __init__(self):
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        assert path, "Chromium is not installed: `make test-packages` does it"
        self.playwright = sync_playwright().start()
        # As root, as in a container, Chromium has no sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.chromium = self.playwright.chromium.launch(executable_path=path, args=arguments)

    def page(self, **options):
        """A page in a context of its own; what it complains of is in its `complaints`."""
        context = self.chromium.new_context(locale="en-GB", timezone_id=os.environ.get("TZ"), **options)
        context.set_default_timeout(WAIT)
        if clock.OFFSET:
            context.add_init_script(f"({SHIFT})({clock.OFFSET * 1000})")
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type in ("error", "warning")
                and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    def close(self):
        self.chromium.close()
        self.playwright.stop()


def assert_usable(page):
    """Names for everything one can use, each id once, one main heading, enough contrast."""
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(TWICE) == []
    assert page.evaluate(FAINT) == []
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("h1:visible").count() == 1
    assert page.locator("main:visible").count() == 1
