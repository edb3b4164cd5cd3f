"""Classes that models were trained with, by name: what is looked for where nobody names anything, and the order of the
ids in the files of a benchmark. Names are in plain words (COCO's "sky-other-merged" is "sky")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """The classes of a data set.

    Attributes:
        names: in the order of its ids.
        stuff: the places of those that are regions, not objects.
    """

    names: tuple[str, ...]
    stuff: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.names)


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(name.strip() for line in lines for name in line.split(","))


def _but(things: Iterable[int], count: int) -> frozenset[int]:
    """Places, counted from 0, that are not among these ids, counted from 1."""
    return frozenset(range(count)) - {one - 1 for one in things}


COCO = Vocabulary(_words(
    "person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign",
    "parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella",
    "handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard",
    "surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange",
    "broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop",
    "mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors",
    "teddy bear, hair drier, toothbrush"))
"""The 80 of COCO's detection and instance segmentation."""

COCO_PANOPTIC = Vocabulary(COCO.names + _words(
    "banner, blanket, bridge, cardboard, counter, curtain, door, wood floor, flower, fruit, gravel, house, light",
    "mirror, net, pillow, platform, playing field, railroad, river, road, roof, sand, sea, shelf, snow, stairs, tent",
    "towel, brick wall, stone wall, tile wall, wood wall, water, window blind, window, tree, fence, ceiling, sky",
    "cabinet, table, floor, pavement, mountain, grass, dirt, paper, food, building, rock, wall, rug",
), frozenset(range(80, 133)))
"""The 133 of COCO's panoptic segmentation: its 80 things, then 53 kinds of stuff."""

YOUTUBE_VIS_2019 = Vocabulary(_words(
    "person, giant panda, lizard, parrot, skateboard, sedan, ape, dog, snake, monkey, hand, rabbit, duck, cat, cow",
    "fish, train, horse, turtle, bear, motorbike, giraffe, leopard, fox, deer, owl, surfboard, airplane, truck, zebra",
    "tiger, elephant, snowboard, boat, shark, mouse, frog, eagle, earless seal, tennis racket"))

YOUTUBE_VIS_2021 = Vocabulary(_words(
    "airplane, bear, bird, boat, car, cat, cow, deer, dog, duck, earless seal, elephant, fish, flying disc, fox, frog",
    "giant panda, giraffe, horse, leopard, lizard, monkey, motorbike, mouse, parrot, person, rabbit, shark, skateboard",
    "snake, snowboard, squirrel, surfboard, tennis racket, tiger, train, truck, turtle, whale, zebra"))

OVIS = Vocabulary(_words(
    "person, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, poultry, giant panda, lizard, parrot",
    "monkey, rabbit, tiger, fish, turtle, bicycle, motorcycle, airplane, boat, vehicle"))

VIPSEG = Vocabulary(_words(
    "wall, ceiling, door, stair, ladder, escalator, playground slide, handrail or fence, window, rail, goal, pillar",
    "pole, floor, ground, grass, sand, athletic field, road, path, crosswalk, building, house, bridge, tower, windmill",
    "well or well lid, other construction, sky, mountain, stone, wood, ice, snowfield, grandstand, sea, river, lake",
    "waterfall, water, billboard or bulletin board, sculpture, pipeline, flag, parasol or umbrella, cushion or carpet",
    "tent, roadblock, car, bus, truck, bicycle, motorcycle, wheeled machine, ship or boat, raft, airplane, tyre",
    "traffic light, lamp, person, cat, dog, horse, cattle, other animal, tree, flower, other plant, toy, ball net",
    "backboard, skateboard, bat, ball, cupboard or showcase or storage rack, box, traveling case or trolley case",
    "basket, bag or package, trash can, cage, plate, tub or bowl or pot, bottle or cup, barrel, fishbowl, bed, pillow",
    "table or desk, chair or seat, bench, sofa, shelf, bathtub, gun, commode, roaster, other machine, refrigerator",
    "washing machine, microwave oven, fan, curtain, textiles, clothes, painting or poster, mirror, flower pot or vase",
    "clock, book, tool, blackboard, tissue, screen or television, computer, printer, mobile phone, keyboard",
    "other electronic product, fruit, food, instrument, train",
), _but((3, 5, 9, 11, 42, 44, 45, *range(47, 54), 55, 56, 57, *range(61, 67), 73, 75, *range(77, 81), *range(83, 94),
         *range(96, 99), *range(100, 104), *range(107, 111), *range(115, 120), 123, 124), 124))
"""The 124 of VIPSeg and VSPW."""


def stuff_among(names: Sequence[str]) -> frozenset[int]:
    """The places of names that mean regions: as the data set has them that all are from, else as any has them."""
    plain = [" ".join(name.replace("_", " ").lower().split()) for name in names]
    panoptic = (COCO_PANOPTIC, VIPSEG)
    chosen = [one for one in panoptic if set(plain) <= set(one.names)][:1] or panoptic
    regions = {one.names[place] for one in chosen for place in one.stuff}
    return frozenset(place for place, name in enumerate(plain) if name in regions)
