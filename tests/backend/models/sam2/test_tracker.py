"""Objects together, and corrections of frames that were tracked: beside the stock session of transformers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import torch
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

from backend.models.sam2.network import Network
from backend.models.sam2.tracker import Clicks, Rules, Tracker
from backend.parity.cases import Case

FRAMES = 6
CORRECTED = 3


@pytest.fixture(scope="module")
def pictures(case: Case, net: Network) -> torch.Tensor:
    return torch.cat([net.picture(frame) for frame in case.arrays["sam_frames"][:FRAMES]])


@pytest.fixture
def tracker(net: Network, pictures: torch.Tensor) -> Tracker:
    return Tracker(net, lru_cache(maxsize=None)(lambda frame: net.features(pictures[frame:frame + 1])), FRAMES)


def square(at: int) -> np.ndarray:
    mask = np.zeros((128, 128), bool)
    mask[at:at + 40, 20:70] = True
    return mask


def clicks(*points: tuple[float, float, int]) -> Clicks:
    return Clicks(np.array([point[:2] for point in points], np.float32), np.array([point[2] for point in points]))


FIRST = clicks((60, 50, 1), (20, 20, 0))
CORRECTION = clicks((30, 100, 1), (90, 40, 0))


def test_together_is_as_alone(tracker: Tracker, net: Network) -> None:
    """Nine objects, more than go into one pass; two of them are told about on two frames."""
    def tell(object: int) -> None:
        tracker.give(0, object, square(8 * object))
        if object in (3, 7):
            tracker.give(2, object, square(8 * object))

    for object in range(9):
        tell(object)
    together = {frame: tracker.track(frame) for frame in (1, 3)}
    for object in (0, 3):
        tracker.forget(range(9))
        tell(object)
        for frame, made in together.items():
            alone = tracker.track(frame)[object]
            torch.testing.assert_close(alone.logits, made[object].logits, atol=5e-3, rtol=0)
            torch.testing.assert_close(alone.pointer, made[object].pointer, atol=5e-3, rtol=0)


def test_a_correction_of_a_tracked_frame_stays(tracker: Tracker) -> None:
    tracker.click(0, 1, FIRST)
    before = {frame: tracker.track(frame)[1].logits for frame in range(FRAMES)}
    corrected = tracker.click(CORRECTED, 1, CORRECTION).logits
    after = {frame: tracker.track(frame)[1].logits for frame in range(FRAMES)}
    assert (before[CORRECTED] - corrected).abs().max() > 1
    assert torch.equal(after[CORRECTED], corrected)
    assert (after[CORRECTED + 1] - before[CORRECTED + 1]).abs().max() > 0.1


def test_with_the_released_default_it_is_lost(tracker: Tracker) -> None:
    tracker.rules = Rules(trust_corrections=False)
    tracker.click(0, 1, FIRST)
    before = {frame: tracker.track(frame)[1].logits for frame in range(FRAMES)}
    tracker.click(CORRECTED, 1, CORRECTION)
    after = {frame: tracker.track(frame)[1].logits for frame in range(FRAMES)}
    assert all(torch.equal(before[frame], after[frame]) for frame in before)


def test_the_stock_session_loses_it(net: Network, pictures: torch.Tensor) -> None:
    session = Sam2VideoInferenceSession(video=pictures, video_height=128, video_width=128, dtype=torch.float32)
    model = net.model

    def click(frame: int, given: Clicks) -> torch.Tensor:
        session.add_point_inputs(session.obj_id_to_idx(1), frame, {
            "point_coords": torch.from_numpy(given.points)[None, None],
            "point_labels": torch.from_numpy(given.labels)[None, None].int()})
        session.obj_with_new_inputs = [1]
        return model(session, frame_idx=frame).pred_masks

    def propagate() -> dict[int, torch.Tensor]:
        return {out.frame_idx: out.pred_masks for out in model.propagate_in_video_iterator(session, 0)}

    click(0, FIRST)
    before = propagate()
    corrected = click(CORRECTED, CORRECTION)
    after = propagate()
    assert (before[CORRECTED] - corrected).abs().max() > 1
    assert all((before[frame] - after[frame]).abs().max() < 1e-3 for frame in before)


def test_a_click_on_the_first_frame_after_tracking_takes_its_place(tracker: Tracker) -> None:
    tracker.click(0, 1, FIRST)
    for frame in range(3):
        tracker.track(frame)
    again = tracker.click(0, 1, clicks((100, 100, 1))).logits
    assert torch.equal(tracker.track(0)[1].logits, again)


def test_a_box_takes_the_place_of_an_earlier_one() -> None:
    box, other = clicks((1, 1, 2), (9, 9, 3)), clicks((2, 2, 2), (8, 8, 3))
    both = FIRST.then(box).then(other)
    assert both.labels.tolist() == [2, 3, 1, 0]
    assert both.points[0].tolist() == [2, 2]
