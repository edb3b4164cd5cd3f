"""Reports of `backend.quality.evaluate.evaluate` as tables, several models side by side; plain text and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from backend.quality.clicks import MAX_CLICKS, REPORTED_CLICKS, TARGETS
from backend.quality.evaluate import SCORES
from backend.quality.rounds import TARGET

Report = dict[str, Any]

REPORTED_ROUNDS = (0, 1, 3, 5)
"""Rounds after which mean J is shown."""


@dataclass(frozen=True)
class Table:
    """Cells as text.

    Attributes:
        title: what it shows, on one line.
        head: names of the columns.
        rows: as many cells each; the first one says what the row is about.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        """Columns as wide as their widest cell; the first one to the left, the others to the right."""
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        lines = ("  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
                 for line in (self.head, *self.rows))
        return "\n".join([self.title, *(line.rstrip() for line in lines)])

    def as_markdown(self) -> str:
        """A table of GitHub's Markdown under its title."""
        rule = ("---", *["---:"] * (len(self.head) - 1))
        lines = (" | ".join(cell.replace("|", r"\|") for cell in line) for line in (self.head, rule, *self.rows))
        return "\n".join([f"**{self.title}**", "", *(f"| {line} |" for line in lines)])


def tables_of(reports: list[Report]) -> list[Table]:
    """What there is to see of models that were measured on the same sequences with the same options.

    Returns:
        A summary with a column a model; tracking; clicks and corrections where they were measured.
    """
    tables = [_summary(reports), _tracking(reports)]
    if "clicks" in reports[0]["mean"]:
        tables.append(_clicks(reports))
    if "correction" in reports[0]:
        tables.append(_corrections(reports))
    return tables


def _summary(reports: list[Report]) -> Table:
    """One row a measure, one column a model."""
    options, mean = reports[0]["options"], [report["mean"] for report in reports]
    rows = [("version", *(report["model"]["version"] for report in reports)),
            ("J&F from the true first mask", *(_share(one["J&F"]) for one in mean))]
    if options["from_clicks"]:
        rows.append((_from_clicks(options), *(_share(one["from_clicks"]["J&F"]) for one in mean)))
    if "clicks" in mean[0]:
        rows += [(f"IoU after {_count(k, 'click')}", *(_share(one["clicks"]["mean_iou_after"][str(k)]) for one in mean))
                 for k in REPORTED_CLICKS]
        rows.append(("setbacks a mask", *(f"{one['clicks']['setbacks']:.2f}" for one in mean)))
    if "correction" in reports[0]:
        rows.append((f"frames corrected until J {TARGET:.2f}",
                     *(_corrected(report["correction"]) for report in reports)))
    rows += [("doubt finds wrong masks", *(_share(one["doubt"]) for one in mean)),
             ("frames/s", *(_speed(one) for one in mean))]
    return Table("Summary", ("", *_names(reports)), tuple(rows))


def _tracking(reports: list[Report]) -> Table:
    """One row an object, the columns of all models beside each other."""
    columns = _columns_of(reports)
    names = [""] if len(reports) == 1 else [f"{name} " for name in _names(reports)]
    head = ("sequence", "object", "frames", *(name + column for name in names for column in columns))
    rows = []
    for same in zip(*(report["sequences"] for report in reports), strict=True):
        speeds = [row["frames_per_second"] for row in same]
        for objects in zip(*(row["objects"] for row in same), strict=True):
            cells = [column({**one, "frames_per_second": speed})
                     for one, speed in zip(objects, speeds, strict=True) for column in columns.values()]
            rows.append((same[0]["name"], str(objects[0]["object"]), str(objects[0]["scored_frames"]), *cells))
    cells = [column(report["mean"]) for report in reports for column in columns.values()]
    return Table("Tracking from the first mask", head, (*rows, ("mean", "", "", *cells)))


def _columns_of(reports: list[Report]) -> dict[str, Callable[[dict[str, Any]], str]]:
    """Title -> how to read the cell from the figures of an object, or from the mean."""
    columns: dict[str, Callable[[dict[str, Any]], str]] = {
        key: lambda one, key=key: _share(one[key]) for key in SCORES  # type: ignore[misc]
    }
    if reports[0]["options"]["alone"]:
        columns["J&F alone"] = lambda one: _share(one["alone"]["J&F"]) if "alone" in one else ""
    if reports[0]["options"]["from_clicks"]:
        columns[_from_clicks(reports[0]["options"])] = lambda one: _share(one["from_clicks"]["J&F"])
    columns["frames/s"] = _speed  # of the sequence, all its objects together
    return columns


def _clicks(reports: list[Report]) -> Table:
    """One row a sequence and model."""
    head = ("sequence", "model", "masks", *(f"IoU@{k}" for k in REPORTED_CLICKS),
            *(f"clicks to {t:.2f}" for t in TARGETS), *(f"not in {MAX_CLICKS} ({t:.2f})" for t in TARGETS), "setbacks")
    rows = []
    for name, model, one in _by_sequence(reports, lambda report: report["mean"], "clicks", "mean"):
        rows.append((name, model, str(one["masks"]), *map(_share, one["mean_iou_after"].values()),
                     *(f"{count:.1f}" for count in one["clicks_to"].values()), *map(str, one["failed"].values()),
                     f"{one['setbacks']:.2f}"))
    return Table("Clicks", head, tuple(rows))


def _corrections(reports: list[Report]) -> Table:
    """One row a sequence and model: how J rises, and what it took; at the end the sums."""
    head = ("sequence", "model", *(f"J, round {k}" for k in REPORTED_ROUNDS), f"corrected to {TARGET:.2f}", "clicks",
            "tracked again")
    j_of = {(row["name"], report["model"]["name"]): [_j_after(k, row["rounds"]) for k in REPORTED_ROUNDS]
            for report in reports for row in report["sequences"]}
    rows = []
    for name, model, one in _by_sequence(reports, lambda report: report, "correction", "in all"):
        curve = map(_share, j_of.get((name, model), [None] * len(REPORTED_ROUNDS)))
        rows.append((name, model, *curve, _corrected(one), str(one["clicks"]), str(one["tracked_again"])))
    return Table("Frames corrected", head, tuple(rows))


def _j_after(number: int, rounds: list[dict[str, Any]]) -> float | None:
    """Mean J after a round. Once all is good it stays so; None where the rounds ended before that."""
    if number < len(rounds):
        return float(rounds[number]["mean_j"])
    return None if rounds[-1]["below"] else float(rounds[-1]["mean_j"])


def _by_sequence(
    reports: list[Report], whole: Callable[[Report], dict[str, Any]], key: str, whole_name: str
) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """(sequence, model, what a report has under `key`), models of a sequence together, and then those of the whole."""
    for same in zip(*(report["sequences"] for report in reports), strict=True):
        for row, model in zip(same, _names(reports), strict=True):
            yield row["name"], model, row[key]
    for report, model in zip(reports, _names(reports), strict=True):
        yield whole_name, model, whole(report)[key]


def _names(reports: list[Report]) -> list[str]:
    return [report["model"]["name"] for report in reports]


def _corrected(one: dict[str, Any]) -> str:
    """How many, and how often that was not enough."""
    missed = one["sequences_not_reached"]
    return f"{one['corrected']}" + (f" (not reached: {missed})" if missed else "")


def _from_clicks(options: dict[str, Any]) -> str:
    return f"J&F from {_count(options['from_clicks'], 'click')}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _speed(mean: dict[str, Any]) -> str:
    return f"{mean['frames_per_second']:.1f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
