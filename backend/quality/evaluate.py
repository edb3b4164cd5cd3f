"""Measure a model on sequences: J and F of its tracking, clicks to a mask, rounds of correction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, TypeVar

import numpy as np

from backend.masks import Rle
from backend.models.seam import Model, Session
from backend.quality import clicks as simulated
from backend.quality import rounds as correction
from backend.quality.contour import BOUND_TH, contour_accuracy
from backend.quality.doubt import MaskFact, doubts_of
from backend.quality.region import region_similarity
from backend.quality.sequences import Sequence
from backend.tracking.runner import run

WRONG = 0.7
"""A mask of lower J is one that a reviewer should see."""

SCORES = ("J", "F", "J&F")

_Step = TypeVar("_Step")

Progress = Callable[[str, int, int], None]
"""(what is being done, steps done, steps in all)."""

DEFINITIONS = {
    "J": "intersection over union of mask and truth; 1 where both are empty",
    "F": f"DAVIS contour accuracy, outlines matched within {BOUND_TH} of the frame's diagonal",
    "frames": "each object's mask is given on the first frame it is visible on; scored are the frames after it, "
              "without the last frame of the sequence (DAVIS semi-supervised)",
    "mean": "over objects, not over sequences (DAVIS 2017)",
    "from_clicks": "the first mask of each object is what the model makes of simulated clicks on that frame",
    "clicks": "next click at the point deepest inside the error region; at most "
              f"{simulated.MAX_CLICKS}, which also counts where the target is never reached",
    "setbacks": f"clicks a mask that lower its intersection over union by more than {simulated.SETBACK}",
    "rounds": "in each round every object below the target gets one frame corrected, and what that made stale is "
              "tracked again (twice where it lies between two barriers); mean J over all frames after the given one; "
              "two objects corrected on a frame count as two",
    "order": "the frame that is corrected: the one of least J (worst), the middle of the longest stretch without a "
             "barrier (uniform), or the one that the tool advises (advised); only the first uses the truth",
    "doubt": f"how well doubt finds wrong masks: the chance that a mask with J below {WRONG} is more doubtful than one "
             "that is not, over all scored masks (0.5: no better than at random)",
    "frames_per_second": "frames tracked a second of wall time on this machine, reading of pictures included",
}


@dataclass(frozen=True)
class ObjectScore:
    """J, F and doubt of one object, a value a scored frame."""

    object: int
    first_frame: int
    j: tuple[float, ...]
    f: tuple[float, ...]
    doubt: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Means over the scored frames."""
        j, f = fmean(self.j), fmean(self.f)
        return {"object": self.object, "first_frame": self.first_frame, "scored_frames": len(self.j),
                "J": j, "F": f, "J&F": (j + f) / 2}


@dataclass(frozen=True)
class TrackingScore:
    """How a model tracked objects of a sequence.

    Attributes:
        objects: those that have a scored frame, by id.
        tracked: frames tracked.
        seconds: wall time of tracking them.
    """

    objects: tuple[ObjectScore, ...]
    tracked: int
    seconds: float

    @property
    def frames_per_second(self) -> float:
        """Frames tracked a second, however many objects are on them."""
        return self.tracked / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Options:
    """What is measured beside tracking.

    Attributes:
        alone: track every object of a sequence with several once more by itself.
        from_clicks: track once more from the masks the model makes of so many clicks; 0 for not.
        clicks: simulated clicks on the first frame each object is visible on.
        click_every: also on every n-th frame after it; 0 for the first one only.
        rounds: rounds of correction at most; 0 for none.
        correct_by: what a correction is.
        order: which frame is corrected next.
    """

    alone: bool = False
    from_clicks: int = 0
    clicks: bool = False
    click_every: int = 0
    rounds: int = 0
    correct_by: correction.Correction = "mask"
    order: correction.Order = "worst"


def evaluate(
    model: Model, sequences: list[Sequence], options: Options | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Measure a model.

    Returns:
        JSON-able: `model`, `definitions`, `options`, `mean` (J, F, J&F, frames_per_second, doubt), and `sequences` with
        the same for every sequence and object. Where they were asked for, `clicks` and `from_clicks` in both, and
        `correction` in the report and in its sequences, which also have every one of the `rounds`.

    Raises:
        BadInput: a picture or mask that cannot be read.
    """
    options = options or Options()
    report = progress or (lambda doing, done, total: None)
    rows: list[dict[str, Any]] = []
    scores: list[TrackingScore] = []
    clicked: list[simulated.Clicked] = []
    for sequence in sequences:
        score = score_tracking(model, sequence, sequence.objects, report)
        scores.append(score)
        row = _row_of(sequence, score)
        if options.alone and len(sequence.objects) > 1:
            _add_alone(row, model, sequence, report)
        if options.from_clicks:
            _add_from_clicks(row, model, sequence, options.from_clicks, report)
        if options.clicks:
            done = list(click_objects(model, sequence, options.click_every, report))
            clicked += done
            row["clicks"] = _clicks_as_json(done)
        if options.rounds:
            row["rounds"] = list(_rounds_as_json(model, sequence, options, report))
            row["correction"] = _correction_as_json([row["rounds"]])
        rows.append(row)
    objects = [one for row in rows for one in row["objects"]]
    mean = _mean_scores(objects)
    mean["frames_per_second"] = sum(one.tracked for one in scores) / sum(one.seconds for one in scores)
    mean["doubt"] = _doubt_finds([one for score in scores for one in score.objects])
    if clicked:
        mean["clicks"] = _clicks_as_json(clicked)
    if options.from_clicks:
        mean["from_clicks"] = _mean_scores([one["from_clicks"] for one in objects])
    whole = {"model": {"name": model.spec.name, "version": model.spec.version}, "definitions": DEFINITIONS,
             "options": asdict(options), "mean": mean, "sequences": rows}
    if options.rounds:
        whole["correction"] = _correction_as_json([row["rounds"] for row in rows])
    return whole


def score_tracking(
    model: Model, sequence: Sequence, objects: tuple[int, ...], progress: Progress | None = None, from_clicks: int = 0
) -> TrackingScore:
    """Track objects together from the first frame each is visible on, and compare every scored frame with the truth.

    Args:
        from_clicks: start from the masks that the model makes of so many simulated clicks, an object at a time as in
            the tool; 0 to start from the true masks.
    """
    plan = correction.first_plan(sequence, objects)
    j: dict[int, list[float]] = {one: [] for one in plan.objects}
    f: dict[int, list[float]] = {one: [] for one in plan.objects}
    facts: dict[int, list[MaskFact]] = {one: [] for one in plan.objects}

    session = model.open(sequence.frames)
    watch = _Watch()
    try:
        first = {one: _first_mask(session, sequence, one, from_clicks) for one in plan.objects}
        barriers = {one: [sequence.first_frames[one]] for one in plan.objects}
        for frame, segments in watch.steps(run(plan, session, lambda one, _: first[one].to_mask(), barriers)):
            if progress:
                progress(f"tracking {sequence.name}", frame + 1, len(sequence))
            if frame == len(sequence) - 1:
                continue
            truth, void = sequence.truth(frame), sequence.void(frame)
            for one in (one for one in plan.objects if sequence.first_frames[one] < frame):
                segment = segments[one]  # a model that leaves one out breaks the seam: it must not gain by that
                j[one].append(region_similarity(segment.mask, truth[one], void))
                f[one].append(contour_accuracy(segment.mask, truth[one], void))
                facts[one].append(MaskFact(frame, Rle.from_mask(segment.mask), segment.score))
    finally:
        session.close()
    scores = (
        ObjectScore(one, sequence.first_frames[one], tuple(j[one]), tuple(f[one]),
                    tuple(doubt.doubt for doubt in doubts_of(facts[one])))
        for one in plan.objects if j[one]
    )
    return TrackingScore(tuple(scores), watch.count, watch.seconds)


def _first_mask(session: Session, sequence: Sequence, one: int, from_clicks: int) -> Rle:
    """What an object is tracked from: the truth, or the model's mask of so many clicks."""
    frame = sequence.first_frames[one]
    truth = sequence.truth(frame)[one]
    if not from_clicks:
        return Rle.from_mask(truth)
    clicked = simulated.annotate(session, frame, one, truth, void=sequence.void(frame), min_clicks=from_clicks,
                                 max_clicks=from_clicks)
    return Rle.from_mask(clicked.mask)


def click_objects(
    model: Model, sequence: Sequence, every: int = 0, progress: Progress | None = None
) -> Iterator[simulated.Clicked]:
    """Click every object from nothing on the first frame it is visible on, and on every n-th after it (0: no more).

    At least as many clicks are made as are reported on; frames without the object are passed over."""
    session = model.open(sequence.frames)
    try:
        for one, first in sequence.first_frames.items():
            for frame in range(first, len(sequence), every) if every else (first,):
                truth = sequence.truth(frame)[one]
                if progress:
                    progress(f"clicking {sequence.name}, object {one}", frame + 1, len(sequence))
                if truth.any():
                    yield simulated.annotate(session, frame, one, truth, void=sequence.void(frame),
                                             min_clicks=max(simulated.REPORTED_CLICKS))
    finally:
        session.close()


class _Watch:
    """Counts the steps of an iterator and the time they take, without what is done between them."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def steps(self, iterator: Iterator[_Step]) -> Iterator[_Step]:
        while True:
            began = time.perf_counter()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self.seconds += time.perf_counter() - began
            self.count += 1
            yield item


def _row_of(sequence: Sequence, score: TrackingScore) -> dict[str, Any]:
    objects = [one.as_json() for one in score.objects]
    return {"name": sequence.name, "frames": len(sequence), "width": sequence.frames.width,
            "height": sequence.frames.height, **_mean_scores(objects),
            "frames_per_second": score.frames_per_second, "objects": objects}


def _add_alone(row: dict[str, Any], model: Model, sequence: Sequence, progress: Progress) -> None:
    for one in row["objects"]:
        alone = score_tracking(model, sequence, (one["object"],), progress).objects[0].as_json()
        one["alone"] = {key: alone[key] for key in SCORES}


def _add_from_clicks(
    row: dict[str, Any], model: Model, sequence: Sequence, clicks: int, progress: Progress
) -> None:
    scores = score_tracking(model, sequence, sequence.objects, progress, clicks).objects
    for one, score in zip(row["objects"], scores, strict=True):
        one["from_clicks"] = {key: score.as_json()[key] for key in SCORES}
    row["from_clicks"] = _mean_scores([one["from_clicks"] for one in row["objects"]])


def _rounds_as_json(
    model: Model, sequence: Sequence, options: Options, progress: Progress
) -> Iterator[dict[str, Any]]:
    rounds = correction.correct_in_rounds(model, sequence, by=options.correct_by, order=options.order,
                                          max_rounds=options.rounds)
    for done in rounds:
        progress(f"correcting {sequence.name}", done.number, options.rounds)
        yield asdict(done)


def _correction_as_json(rounds: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """What rounds on sequences cost in all; where the target was not reached, what was done until the last round."""
    last = [of_one[-1] for of_one in rounds]
    return {"target": correction.TARGET, "corrected": sum(one["corrected"] for one in last),
            "clicks": sum(one["clicks"] for one in last),
            "tracked_again": sum(one["tracked"] for of_one in rounds for one in of_one[1:]),
            "sequences_not_reached": sum(one["below"] > 0 for one in last)}


def _mean_scores(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over objects; None where no object has a scored frame."""
    return {key: fmean(one[key] for one in objects) if objects else None for key in SCORES}


def _doubt_finds(objects: list[ObjectScore]) -> float | None:
    """The chance that a wrong mask is doubted more than a right one, ties half; None without masks of both kinds."""
    masks = [pair for one in objects for pair in zip(one.doubt, one.j, strict=True)]
    wrong = np.array([doubt for doubt, j in masks if j < WRONG])
    right = np.sort([doubt for doubt, j in masks if j >= WRONG])
    if not len(wrong) or not len(right):
        return None
    below, up_to = (np.searchsorted(right, wrong, side=side) for side in ("left", "right"))
    return float((below + up_to).mean() / 2 / len(right))


def _clicks_as_json(clicked: list[simulated.Clicked]) -> dict[str, Any]:
    """Means over the masks clicked. A target that is never reached counts as the most clicks, and under `failed`."""
    needed = {target: [one.clicks_to(target) for one in clicked] for target in simulated.TARGETS}
    return {
        "masks": len(clicked),
        "mean_iou_after": {str(k): fmean(one.iou_after(k) for one in clicked) for k in simulated.REPORTED_CLICKS},
        "clicks_to": {
            f"{target:.2f}": fmean(simulated.MAX_CLICKS if count is None else count for count in counts)
            for target, counts in needed.items()
        },
        "setbacks": fmean(one.setbacks for one in clicked),
        "failed": {f"{target:.2f}": counts.count(None) for target, counts in needed.items()},
    }
