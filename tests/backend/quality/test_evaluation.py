"""Scores of a model that copies its last mask, against values worked out by hand; then the real default model."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from backend.errors import BadInput
from backend.quality.evaluate import ObjectScore, Options, _doubt_finds, evaluate, score_tracking
from backend.quality.rounds import Round, _Labelling, correct_in_rounds
from backend.quality.sequences import find_sequences


def moved(step: int, side: int = 20) -> float:
    """J of a square that has stayed while the truth moved sideways."""
    return (side - step) / (side + step)


def test_j_of_a_square_that_moves_away(copy_model, write_sequence, box) -> None:
    """First and last frame are not scored: the last one is nonsense here and changes nothing."""
    masks = [box(10 + 2 * t, 10, 20, 20, 255) for t in range(5)] + [box(80, 50, 5, 5, 255)]
    sequences = find_sequences(write_sequence("slide", masks))
    report = evaluate(copy_model, sequences)
    expected = [moved(2 * t) for t in range(1, 5)]
    row, = report["sequences"]
    assert row["objects"][0]["scored_frames"] == 4
    assert report["mean"]["J"] == row["J"] == pytest.approx(np.mean(expected), abs=1e-12)
    assert report["mean"]["J&F"] == (report["mean"]["J"] + report["mean"]["F"]) / 2
    assert report["model"] == {"name": "copy", "version": "1"}
    assert json.loads(json.dumps(report)) == report
    assert all(session.closed for session in copy_model.sessions)


def test_an_object_is_given_where_it_first_shows(copy_model, write_sequence, box) -> None:
    masks = [box(0, 0, 10, 10, 1) + (box(50, 20, 8, 8, 2) if t >= 3 else 0) for t in range(8)]
    sequence, = find_sequences(write_sequence("late", masks))
    score = score_tracking(copy_model, sequence, sequence.objects)
    assert [(one.object, one.first_frame, one.j) for one in score.objects] == [(1, 0, (1.0,) * 6), (2, 3, (1.0,) * 3)]
    assert score.tracked == 7 and score.frames_per_second > 0


def test_an_object_that_only_shows_at_the_end_is_not_scored(copy_model, write_sequence, box) -> None:
    masks = [box(0, 0, 10, 10, 1)] * 3 + [box(0, 0, 10, 10, 1) + box(50, 20, 8, 8, 2)]
    sequence, = find_sequences(write_sequence("end", masks))
    assert [one.object for one in score_tracking(copy_model, sequence, sequence.objects).objects] == [1]


def test_void_pixels_do_not_count(copy_model, write_sequence, box) -> None:
    """The object leaves, but all of where it was is void."""
    masks = [box(0, 0, 10, 10, 1)] + [box(0, 0, 10, 10, 255)] * 4
    sequence, = find_sequences(write_sequence("void", masks))
    score, = score_tracking(copy_model, sequence, (1,)).objects
    assert score.j == score.f == (1.0,) * 3


def test_the_mean_is_over_objects(copy_model, write_sequence, box) -> None:
    write_sequence("a", [box(0, 0, 9, 9, 1) + box(30, 30, 9, 9, 2)] * 4)
    root = write_sequence("b", [box(0, 0, 9, 9, 1), *[box(50, 30, 9, 9, 1)] * 3])
    report = evaluate(copy_model, find_sequences(root), Options(alone=True))
    assert [row["J"] for row in report["sequences"]] == [1, 0]
    assert report["mean"]["J"] == pytest.approx(2 / 3)
    assert [one["alone"]["J"] for one in report["sequences"][0]["objects"]] == [1, 1]
    assert "alone" not in report["sequences"][1]["objects"][0]


def test_how_well_doubt_finds_wrong_masks() -> None:
    """Pairs of a wrong and a right mask: three of the four have the wrong one more doubtful, one is a tie."""
    one = ObjectScore(1, 0, j=(0.9, 0.2), f=(1, 1), doubt=(0.1, 0.5))
    other = ObjectScore(2, 0, j=(0.8, 0.1), f=(1, 1), doubt=(0.5, 0.7))
    assert _doubt_finds([one, other]) == (1 + 1 + 1 + 0.5) / 4
    assert _doubt_finds([ObjectScore(1, 0, j=(0.9,), f=(1,), doubt=(0.1,))]) is None


def test_clicks_are_summed_up(copy_model, write_sequence, box) -> None:
    """One object takes one click of 9 x 9 pixels; the other is the whole frame and is never reached."""
    write_sequence("easy", [box(20, 20, 9, 9, 1)] * 3)
    root = write_sequence("hard", [box(0, 0, 100, 60, 1)] * 3)
    report = evaluate(copy_model, find_sequences(root), Options(clicks=True))
    easy, hard = (row["clicks"] for row in report["sequences"])
    assert easy["mean_iou_after"] == {"1": 1.0, "3": 1.0, "5": 1.0, "10": 1.0}
    assert easy["clicks_to"] == {"0.85": 1, "0.90": 1} and easy["failed"] == {"0.85": 0, "0.90": 0}
    assert hard["mean_iou_after"]["1"] == pytest.approx(81 / 6000)
    assert hard["clicks_to"]["0.90"] == 20 and hard["failed"]["0.90"] == 1
    assert report["mean"]["clicks"]["clicks_to"]["0.90"] == 10.5


def test_clicks_on_every_nth_frame_where_the_object_is(copy_model, write_sequence, box) -> None:
    masks = [box(20, 20, 9, 9, 1) if t != 4 else box(0, 0, 0, 0) for t in range(6)]
    report = evaluate(copy_model, find_sequences(write_sequence("some", masks)), Options(clicks=True, click_every=2))
    assert report["mean"]["clicks"]["masks"] == 2  # frames 0 and 2


def test_tracking_from_the_masks_of_clicks(copy_model, write_sequence, box) -> None:
    """A click paints 9 x 9 pixels: all of one object, a third of the other until it is clicked three times."""
    masks = [box(10, 10, 9, 9, 1) + box(40, 10, 27, 9, 2)] * 4
    sequences = find_sequences(write_sequence("two", masks))
    for clicks, expected in ((1, (1 + 1 / 3) / 2), (5, 1)):
        report = evaluate(copy_model, sequences, Options(from_clicks=clicks))
        assert report["mean"]["J"] == 1
        assert report["mean"]["from_clicks"]["J"] == pytest.approx(expected)
    assert [one["from_clicks"]["J"] for one in report["sequences"][0]["objects"]] == [1, 1]
    assert all(session.closed for session in copy_model.sessions)


def test_corrections_are_summed_over_sequences(copy_model, write_sequence, box) -> None:
    write_sequence("still", [box(0, 0, 20, 20, 1)] * 4)
    jump = [box(0, 0, 20, 20, 1)] * 4 + [box(50, 30, 20, 20, 1)] * 5
    sequences = find_sequences(write_sequence("jump", jump))
    report = evaluate(copy_model, sequences, Options(rounds=50))
    assert [row["correction"]["corrected"] for row in report["sequences"]] == [2, 0]
    assert report["correction"] == {"target": 0.9, "corrected": 2, "clicks": 0, "tracked_again": 14,
                                    "sequences_not_reached": 0}
    report = evaluate(copy_model, sequences, Options(rounds=1))
    assert (report["correction"]["corrected"], report["correction"]["sequences_not_reached"]) == (1, 1)


def test_rounds_correct_the_worst_frame_and_retrack_up_to_the_barriers(copy_model, write_sequence, box) -> None:
    """The object stands, jumps at frame 4 and stands again."""
    masks = [box(0, 0, 20, 20, 1)] * 4 + [box(50, 30, 20, 20, 1)] * 5
    sequence, = find_sequences(write_sequence("jump", masks))
    assert list(correct_in_rounds(copy_model, sequence)) == [
        Round(0, mean_j=3 / 8, corrected=0, clicks=0, tracked=8, below=1),
        # Frame 4 is corrected; 1 to 3 are tracked from both sides, and 3, nearer to 4 than to 0, comes out wrong.
        Round(1, mean_j=7 / 8, corrected=1, clicks=0, tracked=10, below=1),
        # Frame 3 is corrected; what depended on it lies between frames 0 and 3.
        Round(2, mean_j=1, corrected=2, clicks=0, tracked=4, below=0),
    ]


def test_uniform_rounds_halve_the_longest_stretch_and_advised_ones_ask_where_to_look(
    copy_model, write_sequence, box, monkeypatch
) -> None:
    """The object moves all the time, so every frame is wrong until it is corrected."""
    corrected: list[int] = []
    correct = _Labelling.correct
    monkeypatch.setattr(_Labelling, "correct", lambda self, one, frame, by: (
        corrected.append(frame), correct(self, one, frame, by)))
    sequence, = find_sequences(write_sequence("slide", [box(6 * t, 10, 20, 20, 1) for t in range(13)]))
    list(correct_in_rounds(copy_model, sequence, order="uniform", max_rounds=3))
    assert corrected == [6, 9, 3]
    corrected.clear()
    *_, last = correct_in_rounds(copy_model, sequence, order="advised", max_rounds=50)
    assert last.below == 0 and 3 < len(set(corrected)) == len(corrected) <= 12
    assert 0 not in corrected and 3 <= corrected[0] <= 12


def test_rounds_stop_when_they_are_up_and_never_get_worse_here(copy_model, write_sequence, box) -> None:
    masks = [box(4 * t, 10, 20, 20, 1) for t in range(12)]
    sequence, = find_sequences(write_sequence("slide", masks))
    rounds = list(correct_in_rounds(copy_model, sequence, max_rounds=3))
    assert [one.number for one in rounds] == [0, 1, 2, 3]
    assert [one.corrected for one in rounds] == [0, 1, 2, 3]
    assert all(a.mean_j < b.mean_j for a, b in pairwise(rounds))
    assert len(list(correct_in_rounds(copy_model, sequence, max_rounds=50))) <= 12


def test_rounds_by_clicks_count_the_clicks(copy_model, write_sequence, box) -> None:
    masks = [box(0, 0, 9, 9, 1)] * 2 + [box(40, 30, 9, 9, 1)] * 4
    sequence, = find_sequences(write_sequence("jump", masks))
    rounds = list(correct_in_rounds(copy_model, sequence, by="clicks"))
    assert rounds[0].clicks == 0
    assert rounds[1].clicks == 2  # one away from where it was, one on where it is
    assert rounds[1].mean_j > rounds[0].mean_j


def test_an_object_that_left_is_corrected_to_absent(copy_model, write_sequence, box) -> None:
    masks = [box(0, 0, 9, 9, 1)] * 3 + [box(0, 0, 0, 0)] * 3
    sequence, = find_sequences(write_sequence("gone", masks))
    rounds = list(correct_in_rounds(copy_model, sequence, by="clicks"))
    assert rounds[-1].mean_j == 1
    assert rounds[-1].clicks == 0 and rounds[-1].corrected == 3


def test_a_frame_that_cannot_be_read_ends_the_measurement(copy_model, write_sequence, box) -> None:
    root = write_sequence("torn", [box(0, 0, 3, 3)] * 4)
    path = root / "torn" / "frames" / "f2.jpg"
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(BadInput, match=r"f2\.jpg"):
        evaluate(copy_model, find_sequences(root))
