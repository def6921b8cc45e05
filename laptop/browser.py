"""A Chromium for the browser stories: an installed one, else Playwright's own, else Debian's package.

    python -m laptop.browser        finds one, or gets one, and says which

The order spares a person a download whenever it can, and asks for root only where root is already there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome", "microsoft-edge")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# A test's browser does not need a graphics card, a first-run tour, or anything from its maker's servers.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def flags() -> list[str]:
    """The flags to start it with. Chromium's own sandbox does not work for root, in a container for instance."""
    return [*FLAGS, *(["--no-sandbox"] if is_root() else [])]


def find() -> Path | None:
    """The Chrome or Chromium that is on this machine now, if any. ``BROWSER_PATH`` names another."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return Path(named) if _starts(Path(named)) else None
    on_the_path = (shutil.which(name) for name in NAMES)
    installed = [*(Path(found) for found in on_the_path if found), *map(Path, MAC_APPLICATIONS)]
    return next(filter(_starts, installed), None) or _playwrights_own()


def _playwrights_own() -> Path | None:
    with sync_playwright() as playwright:
        browser = Path(playwright.chromium.executable_path)
    return browser if _starts(browser) else None


def _starts(browser: Path) -> bool:
    """Whether it is there and finds the system libraries it needs, which a bare container may not have."""
    return browser.is_file() and _succeeds(str(browser), "--version", quiet=True)


def get() -> Path | None:
    """Find one, or install one. None when neither works; what was tried has then been said."""
    return find() or _download() or _install_package()


def _download() -> Path | None:
    print("No Chrome or Chromium here; asking Playwright to download its own.", flush=True)
    with_libraries = ["--with-deps"] if is_root() and shutil.which("apt-get") else []
    _succeeds(sys.executable, "-m", "playwright", "install", *with_libraries, "chromium")
    return find()


def _install_package() -> Path | None:
    if not (is_root() and shutil.which("apt-get")):
        print("Playwright could not, and Debian's package needs root.", flush=True)
        return None
    print("Playwright could not; installing Debian's chromium.", flush=True)
    _succeeds("apt-get", "update")  # a fresh container knows no packages yet; a stale list may still do
    _succeeds("apt-get", "install", "--yes", "--no-install-recommends", "chromium")
    return find()


def _succeeds(*command: str, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return not subprocess.run(command, check=False, env=environment, stdout=output, stderr=output).returncode


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def main() -> None:
    browser = get()
    if browser:
        print(f"Browser stories run in {browser}")
        return
    print("\n*** No browser can be had here: the browser stories will be SKIPPED. ***")
    print("*** Install Chrome or Chromium, or set BROWSER_PATH to one.          ***\n")


if __name__ == "__main__":
    main()
