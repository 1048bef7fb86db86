#!/usr/bin/env python3
"""Take a picture of every page that each person of the demo can reach, in four sizes, light and dark.

Goes to a demo that runs at --address, or starts one of its own in a temporary folder. Follows links from the home
page of each person, one page of each kind, into var/screenshots/. With --readme it makes the three pictures of
README.md instead. CHROMIUM names a browser; without it Debian's, or Playwright's own.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"390": (390, 844), "820": (820, 1180), "1180": (1180, 820), "1440": (1440, 900)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PEOPLE = ("nobody", "amina", "sara", "mikael", "maria", "jonas", "eva", "adam", "klara", "tablet")
NOBODYS = ("/konto/logga-in/", "/demo/", "/om/", "/tillganglighet/", "/personuppgifter/", "/inbjudan/",
           "/offline/", "/stilguide/", "/finns-inte/")  # fmt: skip # words in lines, not one in each
LEFT_OUT = re.compile(r"/(logout|logga-ut|static|t)/|\.(csv|pdf|zip|ics)")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
MOST_PAGES = 60


@contextmanager
def demo(address: str) -> Iterator[str]:
    """Give the address of a demo: the one that runs there, or one of our own, which ends with us."""
    if _answers(address):
        yield address
        return
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {"VAR": var, "DEMO": "true", "PORT": str(port)}
        for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "PRODUCTION"):
            environment.pop(name, None)
        process = subprocess.Popen([sys.executable, "manage.py", "run"], cwd=ROOT, env=environment)
        try:
            own = f"http://localhost:{port}"
            give_up_at = time.monotonic() + 120
            while not _answers(own):
                if process.poll() is not None or time.monotonic() > give_up_at:
                    sys.exit("The demo did not start.")
                time.sleep(0.2)
            yield own
        finally:
            process.terminate()
            process.wait(30)


def _answers(address: str) -> bool:
    host = urlsplit(address)
    try:
        with socket.create_connection((host.hostname or "localhost", host.port or 80), 1):
            return True
    except OSError:
        return False


def context_for(browser: Browser, address: str, who: str, size: str = "390") -> BrowserContext:
    """Open a browser of its own in which somebody of the demo is logged in."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="sv-SE", timezone_id="Europe/Stockholm"
    )
    if who != "nobody":
        page = context.new_page()
        page.goto(f"{address}/demo/")
        page.locator(f'button[name="who"][value="{who}"]').click()
        page.wait_for_load_state()
        page.close()
    return context


def kind_of(path: str) -> str:
    """Return the page's kind: its address without the ids and the dates in it."""
    return DATE.sub("datum", UUID.sub("id", path)).strip("/").replace("/", "-") or "hem"


def pages_of(page: Page, address: str, who: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, path) of every kind of page that can be reached by links from the person's home."""
    waiting = deque(NOBODYS if who == "nobody" else ["/"])
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.popleft()
        if (kind := kind_of(path)) in seen:
            continue
        seen.add(kind)
        answer = page.goto(address + path)
        if answer is None or (answer.status >= 400 and who != "nobody"):
            print(f"  {who} {path}: {answer and answer.status}")
            continue
        yield kind, path
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        for link in links if who != "nobody" else ():
            full = urljoin(page.url, link)
            if full.startswith(address + "/") and not LEFT_OUT.search(place := urlsplit(full).path):
                waiting.append(place)


def take_all(browser: Browser, address: str, folder: Path, people: list[str], sizes: list[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for who in people:
        context = context_for(browser, address, who)
        page = context.new_page()
        found = list(pages_of(page, address, who))
        print(f"{who}: {len(found)} pages")
        for kind, path in found:
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                page.goto(address + path)
                for size in sizes:
                    width, height = SIZES[size]
                    page.set_viewport_size({"width": width, "height": height})
                    name = folder / f"{who}-{kind}-{size}-{theme}.png"
                    page.screenshot(path=name, full_page=True)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    if wide > width:
                        print(f"  {name.name}: {wide} px wide")
        context.close()


def take_readme(browser: Browser, address: str) -> None:
    """Make the three pictures of README.md: a phone, a tablet and a desk."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for name, who, size in (("guardian", "amina", "390"), ("board", "tablet", "1180"), ("principal", "eva", "1440")):
        context = context_for(browser, address, who, size)
        page = context.new_page()
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(address + "/")
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{name}.png")
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default=f"http://localhost:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--readme", action="store_true", help="only the pictures of README.md")
    parser.add_argument("--who", nargs="*", choices=PEOPLE, default=list(PEOPLE))
    parser.add_argument("--size", nargs="*", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "screenshots")
    chosen = parser.parse_args()
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with demo(chosen.address) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        if chosen.readme:
            take_readme(browser, address)
        else:
            take_all(browser, address, chosen.out, chosen.who, chosen.size)
        browser.close()


if __name__ == "__main__":
    main()
