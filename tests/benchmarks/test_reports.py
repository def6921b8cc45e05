"""From results to tables on a terminal, to JSON and back, and into the documentation."""

import json
from io import StringIO

import pytest
from rich.console import Console

from benchmarks import document
from benchmarks.result import Goal, Report, Result
from benchmarks.table import for_docs, show


@pytest.fixture
def report() -> Report:
    result = Result(
        "Messages a second",
        ["who", "a second", "times"],
        [["ours", 512.34, None], ["[bare] loop", 98, 1.0]],
        [Goal("at least 3 times", "5.23 times", True), Goal("under 100 ms", "237 ms", False)],
        ["Nothing was limited."],
    )
    return Report(
        "2026-11-25 01:00 UTC", False, {"cores": "2"}, {"a": result}, {"c": "TooSlow: it took\nlong"}, {"a": 1.5}
    )


def said(report: Report) -> str:
    page = StringIO()
    show(Console(width=100, file=page), report)
    return page.getvalue()


def test_a_terminal_shows_every_figure_and_whether_goals_are_reached(report: Report):
    lines = said(report).splitlines()
    assert lines[0].strip() == "(a) Messages a second"
    (ours,) = [line.split() for line in lines if "ours" in line]
    (loop,) = [line.split() for line in lines if "loop" in line]
    assert ours == ["ours", "512", "–"]
    assert loop == ["[bare]", "loop", "98", "1.00"]
    plain = [" ".join(line.split()) for line in lines]
    assert "reached at least 3 times: 5.23 times" in plain
    assert "not reached under 100 ms: 237 ms" in plain
    assert "Nothing was limited." in plain


def test_figures_stand_below_each_other_on_the_right(report: Report):
    ours, loop = (line.rstrip() for line in said(report).splitlines() if "512" in line or "98" in line)
    assert ours.index("512") + 3 == loop.index("98") + 2


def test_a_part_that_failed_is_told(report: Report):
    assert "(c) failed: TooSlow" in said(report)
    assert "(c) failed: TooSlow: it took" in for_docs(report)


def test_json_brings_back_the_same_report(report: Report):
    assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report


def test_the_documentation_gets_a_table(report: Report):
    text = for_docs(report)
    assert "| who | a second | times |\n| --- | ---: | ---: |\n| ours | 512 | – |\n| [bare] loop | 98 | 1.00 |" in text
    assert "- Reached: at least 3 times: 5.23 times." in text
    assert "- **Not reached**: under 100 ms: 237 ms." in text
    assert "Measured 2026-11-25 01:00 UTC: cores 2." in text


def test_a_quick_run_says_that_it_measures_nothing(report: Report):
    report.quick = True
    assert "says nothing about speed" in for_docs(report)


def test_writing_results_twice_leaves_the_rest_of_the_document_alone(report: Report, tmp_path):
    file = tmp_path / "benchmarks.md"
    file.write_text(f"# Before\n\n{document.BEGIN}\nold\n{document.END}\n\n## After\n", encoding="utf-8")
    document.write(report, file)
    once = file.read_text(encoding="utf-8")
    document.write(report, file)
    assert file.read_text(encoding="utf-8") == once
    assert once.startswith("# Before\n")
    assert once.endswith("\n\n## After\n")
    assert "old" not in once
    assert for_docs(report) in once


def test_parts_that_were_not_measured_again_stay_with_their_run(report: Report, tmp_path):
    file = tmp_path / "benchmarks.md"
    file.write_text(f"{document.BEGIN}\n{document.END}", encoding="utf-8")
    (letter,) = report.results
    other = Report(
        "2026-11-20 01:00 UTC", False, {"cores": "8"}, {letter: report.results[letter], "z": report.results[letter]}
    )
    document.write(other, file)
    document.write(report, file)
    text = file.read_text(encoding="utf-8")
    assert text.count(f"### ({letter})") == text.count("### (z)") == 1
    assert text.index("cores 8") < text.index("### (z)") < text.index("cores 2") < text.index(f"### ({letter})")


def test_a_document_without_its_marks_is_left_alone(report: Report, tmp_path):
    file = tmp_path / "benchmarks.md"
    file.write_text("# Nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="marks"):
        document.write(report, file)
    assert file.read_text(encoding="utf-8") == "# Nothing"


def test_the_documentation_has_its_marks():
    text = document.DOCUMENT.read_text(encoding="utf-8")
    assert text.count(document.BEGIN) == text.count(document.END) == 1
