import numpy as np

from backend.masks import Rle
from backend.models.compact.drawing import Window, draw_prompts
from backend.models.compact.shapes import BOX, NEGATIVE, OWN, POSITIVE
from backend.prompts import Box, MaskPrompt, Point, Scribble

FRAME, MAP = (120, 160), (30, 40)
WHOLE = Window(0, 0, 160, 120)


def test_a_point_is_drawn_where_it_was_clicked() -> None:
    maps = draw_prompts([Point(x=80, y=40), Point(x=8, y=112, positive=False)], WHOLE, MAP)
    assert maps[POSITIVE, 10, 20] == 1
    assert maps[NEGATIVE, 28, 2] == 1
    assert maps[POSITIVE].sum() == maps[NEGATIVE].sum() == 5


def test_of_contradicting_hints_the_latest_holds() -> None:
    stroke = Scribble(points=[(10, 60), (150, 60)], width=12)
    maps = draw_prompts([stroke, Point(x=80, y=60, positive=False)], WHOLE, MAP)
    assert maps[POSITIVE, 15, 20] == 0
    assert maps[NEGATIVE, 15, 20] == 1
    assert maps[POSITIVE, 15, 30] == 1


def test_a_mask_replaces_what_was_given_before_it() -> None:
    mask = np.zeros(FRAME, bool)
    mask[40:80, 40:80] = True
    maps = draw_prompts([Point(x=5, y=5), MaskPrompt.of(Rle.from_mask(mask))], WHOLE, MAP)
    assert maps[OWN].sum() == 100
    assert maps[POSITIVE].sum() == 0


def test_a_box_covers_its_cells_also_beyond_the_frame() -> None:
    assert draw_prompts([Box(x0=40, y0=20, x1=80, y1=60)], WHOLE, MAP)[BOX].sum() == 100
    assert draw_prompts([Box(x0=-50, y0=-50, x1=500, y1=500)], WHOLE, MAP)[BOX].sum() == 1200
    assert draw_prompts([Box(x0=159.5, y0=119.5, x1=160, y1=120)], WHOLE, MAP)[BOX, 29, 39] == 1


def test_a_window_shows_its_part_larger() -> None:
    mask = np.zeros(FRAME, bool)
    mask[40:80, 40:80] = True
    given = [MaskPrompt.of(Rle.from_mask(mask)), Point(x=50, y=50), Point(x=150, y=100)]
    maps = draw_prompts(given, Window(40, 40, 80, 70), MAP)
    assert (maps[OWN] == 1).all()
    assert maps[POSITIVE, 10, 10] == 1
    assert maps[POSITIVE].sum() == 5


def test_prompts_far_outside_leave_finite_maps() -> None:
    given = [Point(x=-1e6, y=1e6), Scribble(points=[(-500, -500), (900, 900)], width=500)]
    maps = draw_prompts(given, WHOLE, MAP)
    assert np.isfinite(maps).all()
    assert maps.max() <= 1
