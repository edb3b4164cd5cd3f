"""Reports of several models beside each other."""

from __future__ import annotations

from dataclasses import replace

from backend.quality.evaluate import Options, evaluate
from backend.quality.sequences import find_sequences
from backend.quality.tables import Table, tables_of


def test_text_and_markdown_hold_the_same_cells() -> None:
    table = Table("Title", ("", "a|b"), (("row", "1"), ("longer row", "22")))
    assert table.as_text() == "Title\n            a|b\nrow           1\nlonger row   22"
    assert table.as_markdown() == "**Title**\n\n|  | a\\|b |\n| --- | ---: |\n| row | 1 |\n| longer row | 22 |"


def test_two_models_side_by_side(copy_model, write_sequence, box) -> None:
    """The second model is the first under another name, so that equal cells must stand beside each other."""
    write_sequence("still", [box(0, 0, 9, 9, 1) + box(30, 30, 9, 9, 2)] * 4)
    root = write_sequence("jump", [box(0, 0, 20, 20, 1)] * 4 + [box(50, 30, 20, 20, 1)] * 5)
    options = Options(clicks=True, from_clicks=1, rounds=1, alone=True)
    first = evaluate(copy_model, find_sequences(root), options)
    copy_model.spec = replace(copy_model.spec, name="other")
    reports = [first, evaluate(copy_model, find_sequences(root), options)]
    summary, tracking, clicks, corrections = tables_of(reports)
    assert summary.head == ("", "copy", "other")
    figures = {row[0]: row[1:] for row in summary.rows}
    assert figures["J&F from the true first mask"] == (f"{first['mean']['J&F']:.3f}",) * 2
    assert figures["IoU after 1 click"][0] == f"{first['mean']['clicks']['mean_iou_after']['1']:.3f}"
    assert figures["frames corrected until J 0.90"] == ("1 (not reached: 1)",) * 2
    assert tracking.head[3:9] == ("copy J", "copy F", "copy J&F", "copy J&F alone", "copy J&F from 1 click",
                                  "copy frames/s")
    assert [row[:3] for row in tracking.rows] == [("jump", "1", "7"), ("still", "1", "2"), ("still", "2", "2"),
                                                  ("mean", "", "")]
    assert all(row[3:8] == row[9:14] for row in tracking.rows)
    assert [row[:2] for row in clicks.rows[-2:]] == [("mean", "copy"), ("mean", "other")]
    assert [row[:2] for row in corrections.rows] == [
        (name, model) for name in ("jump", "still", "in all") for model in ("copy", "other")]
    jump, still = corrections.rows[0], corrections.rows[2]
    assert jump[2:6] == ("0.375", "0.875", "-", "-")  # one round was allowed
    assert still[2:6] == ("1.000",) * 4  # none was needed
    assert [row[6] for row in corrections.rows[::2]] == ["1 (not reached: 1)", "0", "1 (not reached: 1)"]
    for table in tables_of(reports):
        assert {len(row) for row in table.rows} == {len(table.head)}


def test_one_model_needs_no_names_in_the_head(copy_model, write_sequence, box) -> None:
    report = evaluate(copy_model, find_sequences(write_sequence("still", [box(0, 0, 9, 9, 1)] * 4)))
    summary, tracking = tables_of([report])
    assert summary.head == ("", "copy")
    assert tracking.head == ("sequence", "object", "frames", "J", "F", "J&F", "frames/s")
