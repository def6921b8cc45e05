"""The rules of the browser stories: which browser, what happens without one, and what a failed story shows.

A story is a test under tests/stories, or any other that asks for a browser. Without a browser stories are skipped,
loudly; where ``CI`` is true a skipped story has failed, because a story nobody has seen proves nothing.
"""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from laptop import browser

STORIES = Path(__file__).parent / "stories"
NO_BROWSER = "no Chrome or Chromium here: run `make test`, which gets one where it can, or set BROWSER_PATH"
SHOWN_LINES = 40

browser_key = pytest.StashKey[Path | None]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the stories, and look for a browser once, when there are any."""
    for item in items:
        if item.path.is_relative_to(STORIES) or "playwright" in getattr(item, "fixturenames", ()):
            item.add_marker("story")
    stories = [item for item in items if item.get_closest_marker("story")]
    config.stash[browser_key] = browser.find() if stories else None
    if stories and config.stash[browser_key] is None:
        for item in stories:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not item.get_closest_marker("story"):
        return report
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"A story was skipped, and in CI that is a failure.\n{_why(report)}"
    if report.failed and "stack" in item.funcargs:
        for program in item.funcargs["stack"].programs.running:
            report.sections.append((f"what the {program.name} said last", program.tail(SHOWN_LINES)))
    return report


def _why(report: pytest.TestReport) -> str:
    """Why a test was skipped: pytest keeps file, line and reason."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where nobody can miss it: stories that did not run are not stories that passed."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "story" in report.keywords]
    if skipped:
        terminalreporter.section("BROWSER STORIES SKIPPED", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} browser stories did not run: {NO_BROWSER}.", red=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], pytestconfig: pytest.Config) -> dict[str, Any]:
    """How Playwright starts the browser that was found."""
    found = pytestconfig.stash[browser_key]
    if found is None:
        pytest.skip(NO_BROWSER)
    return {**browser_type_launch_args, "executable_path": str(found), "args": browser.flags()}
