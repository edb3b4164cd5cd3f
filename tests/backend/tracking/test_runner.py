"""Plans carried out by the flow model on a real (drawn) video."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from itertools import islice

import numpy as np
import pytest

from backend.errors import Conflict, Unavailable
from backend.masks import BoolMask
from backend.models import registry
from backend.models.seam import Session
from backend.quality.region import region_similarity
from backend.tracking.plan import ObjectFrames, Plan, make_plan
from backend.tracking.runner import MAY_SKIP, Made, run
from tests.moving_shapes import DISC, SQUARE, Shapes

COUNT = 16


class Store:
    """Stored masks by (object, frame), and which of them were read."""

    def __init__(self, shapes: Shapes, *truths: tuple[int, int]) -> None:
        self.masks: dict[tuple[int, int], BoolMask] = {at: shapes.mask(*at) for at in truths}
        self.read: list[tuple[int, int]] = []

    def mask_of(self, object: int, frame: int) -> BoolMask | None:
        self.read.append((object, frame))
        return self.masks.get((object, frame))


def steps(
    shapes: Shapes, plan: Plan, store: Store, barriers: Mapping[int, Sequence[int]], session: Session | None = None
) -> Generator[tuple[int, dict[int, Made]]]:
    """The run, each frame stored as it is made."""
    session = session or registry.load("flow").open(shapes.frames)
    for frame, made in run(plan, session, store.mask_of, barriers):
        store.masks |= {(o, frame): segment.mask for o, segment in made.items()}
        yield frame, made


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(COUNT)


@pytest.fixture
def both() -> Plan:
    """The disc from its barriers on 0 and 10, the square backward and forward from 8."""
    disc = make_plan([ObjectFrames(DISC, [0, 10], [0, 10])], "forward", 0, frame_count=COUNT)
    square = make_plan([ObjectFrames(SQUARE, [8], [8])], "both", 8, frame_count=COUNT)
    return Plan("both", 8, disc.stretches + square.stretches)


BARRIERS = {DISC: [0, 10], SQUARE: [8]}
TRUTHS = ((DISC, 0), (DISC, 10), (SQUARE, 8))


def test_every_object_frame_of_the_plan_is_made_once_and_is_right(shapes: Shapes, both: Plan) -> None:
    store = Store(shapes, *TRUTHS)
    made = [(frame, o, s.mask) for frame, segments in steps(shapes, both, store, BARRIERS) for o, s in segments.items()]
    assert sorted((o, f) for f, o, _ in made) == sorted((s.object, f) for s in both.stretches for f in s.frames)
    for frame, object, mask in made:
        assert region_similarity(mask, shapes.mask(object, frame)) > 0.7, (object, frame)


def test_frames_ascend_then_descend_and_objects_share_them(shapes: Shapes, both: Plan) -> None:
    made = [(frame, set(segments)) for frame, segments in steps(shapes, both, Store(shapes, *TRUTHS), BARRIERS)]
    # Frame 10 holds a barrier of the disc, frame 8 one of the square.
    assert [f for f, _ in made] == [*range(1, 16), *range(7, -1, -1)]
    assert made[:10] == [*((f, {DISC}) for f in range(1, 9)), (9, {DISC, SQUARE}), (10, {SQUARE})]


def test_masks_are_read_when_due_and_only_barriers_and_seeds(shapes: Shapes, both: Plan) -> None:
    store = Store(shapes, *TRUTHS)
    run_of = steps(shapes, both, store, BARRIERS)
    assert store.read == []
    next(run_of)
    assert set(store.read) == {(DISC, 0), (DISC, 10)}
    list(run_of)
    assert set(store.read) == set(TRUTHS)


def test_trusted_frames_are_bounded(shapes: Shapes) -> None:
    store = Store(shapes, *((DISC, f) for f in (0, 1, 2, 3, 4, 9, 10, 11, 12, 13)))
    barriers = {DISC: [0, 1, 2, 3, 4, 9, 10, 11, 12, 13]}
    plan = make_plan([ObjectFrames(DISC, barriers[DISC], barriers[DISC])], "to_barrier", 4, frame_count=COUNT)
    list(steps(shapes, plan, store, barriers))
    assert {f for _, f in store.read} - set(range(5, 9)) == {2, 3, 4, 9, 10, 11}, "beside what the run itself made"


def test_cancelling_leaves_the_session_clean_and_the_rest_to_be_done(shapes: Shapes, both: Plan) -> None:
    session = registry.load("flow").open(shapes.frames)
    store = Store(shapes, *TRUTHS)
    running = steps(shapes, both, store, BARRIERS, session)
    done = list(islice(running, 5))
    running.close()
    assert [f for f, _ in done] == [1, 2, 3, 4, 5]
    assert session.track(6) == {}
    left = both.remaining({DISC: [f for f, _ in done]})
    assert left.total == both.total - 5


@pytest.mark.parametrize("killed_after", [1, 4, 8, 9, 12, 15, 18])
def test_a_killed_run_goes_on_to_nearly_the_same_masks(shapes: Shapes, both: Plan, killed_after: int) -> None:
    """Nearly: the frame it goes on from becomes one of those whose appearance is trusted."""
    undisturbed = Store(shapes, *TRUTHS)
    list(steps(shapes, both, undisturbed, BARRIERS))
    store = Store(shapes, *TRUTHS)
    done: dict[int, list[int]] = {DISC: [], SQUARE: []}
    for frame, made in islice(steps(shapes, both, store, BARRIERS), killed_after):
        for object in made:
            done[object].append(frame)
    list(steps(shapes, both.remaining(done), store, BARRIERS))
    assert store.masks.keys() == undisturbed.masks.keys()
    for at, mask in undisturbed.masks.items():
        assert region_similarity(store.masks[at], mask) > 0.85, at


def test_a_frame_that_cannot_be_had_is_stepped_over() -> None:
    shapes = Shapes(COUNT, broken=frozenset({5, 6}))
    store = Store(shapes, (DISC, 0))
    plan = make_plan([ObjectFrames(DISC, [0], [0])], "forward", 0, frame_count=COUNT)
    made = dict(steps(shapes, plan, store, {DISC: [0]}))
    assert [f for f, segments in made.items() if not segments] == [5, 6]
    assert region_similarity(made[15][DISC].mask, shapes.mask(DISC, 15)) > 0.7


def test_a_file_that_is_gone_ends_the_run() -> None:
    shapes = Shapes(COUNT, broken=frozenset(range(5, COUNT)))
    plan = make_plan([ObjectFrames(DISC, [0], [0])], "forward", 0, frame_count=COUNT)
    running = steps(shapes, plan, Store(shapes, (DISC, 0)), {DISC: [0]})
    assert [f for f, _ in islice(running, 4 + MAY_SKIP)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(Unavailable):
        next(running)


def test_a_seed_that_was_removed_is_an_error(shapes: Shapes, both: Plan) -> None:
    with pytest.raises(Conflict) as error:
        list(steps(shapes, both, Store(shapes, (DISC, 0)), BARRIERS))
    assert error.value.code == "seed_removed"


def disc_between(shapes: Shapes) -> tuple[Plan, Store]:
    """The disc, stale between its barriers on the first and on the last frame."""
    one = ObjectFrames(DISC, [0, COUNT - 1], range(COUNT), range(1, COUNT - 1))
    return make_plan([one], "stale", 7, frame_count=COUNT), Store(shapes, (DISC, 0), (DISC, COUNT - 1))


def test_a_stretch_between_two_barriers_is_tracked_from_both(shapes: Shapes) -> None:
    plan, store = disc_between(shapes)
    made = [(frame, segments[DISC]) for frame, segments in steps(shapes, plan, store, {DISC: [0, COUNT - 1]})]
    assert [f for f, _ in made] == [*range(1, COUNT - 1), *range(COUNT - 2, 0, -1)] and len(made) == plan.total
    assert [one.half for _, one in made] == [True] * (COUNT - 2) + [False] * (COUNT - 2)
    for frame in range(1, COUNT - 1):
        assert region_similarity(store.masks[DISC, frame], shapes.mask(DISC, frame)) > 0.85


def test_what_was_stored_on_the_way_forward_is_merged_on_the_way_back(shapes: Shapes) -> None:
    """Forward the disc is found three pixels too far right: what is kept of that grows towards the first frame."""
    plan, store = disc_between(shapes)
    for frame, made in steps(shapes, plan, store, {DISC: [0, COUNT - 1]}):
        if made[DISC].half:
            store.masks[DISC, frame] = np.roll(made[DISC].mask, 3, axis=1)
    off = [np.nonzero(store.masks[DISC, f])[1].mean() - np.nonzero(shapes.mask(DISC, f))[1].mean() for f in (2, 7, 12)]
    assert 3 >= off[0] > off[1] > off[2] >= 0


def test_a_mask_removed_between_the_two_ways_is_made_from_the_other_side(shapes: Shapes) -> None:
    plan, store = disc_between(shapes)
    for frame, made in steps(shapes, plan, store, {DISC: [0, COUNT - 1]}):
        if made[DISC].half and frame == 7:
            del store.masks[DISC, frame]
    assert region_similarity(store.masks[DISC, 7], shapes.mask(DISC, 7)) > 0.7
