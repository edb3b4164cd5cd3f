"""The network: a picture is encoded once; every object then costs a read of its memory and a small decoder.

Shapes: B pictures, N objects a picture, h x w cells of stride 16 (L = h * w), M memory tokens. Sides of pictures are
multiples of 32. What is drawn on a frame (`MAPS`) comes at stride 4, masks leave at stride 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.models.compact.network.trunk import CHANNELS, Trunk
from backend.models.compact.shapes import BIAS, CONTEXT, FINE, KEY, MAPS, MIDDLE, TOKEN, VALUE

CUT = 0.02
"""Memory that matches a place less than this share of the best match is not read at all. A softmax without it drowns
in the thousands of slightly similar tokens that a long memory holds; taking the k best does the same and costs more."""

CELLS_A_UNIT = 8.0
"""Places are measured in this many cells, so that the learned locality is of the order of one."""


KEY_GAIN = 10.0
"""Of the keys at the start of training: so far apart that unlike places are not read from the first step on."""


class Mix(nn.Module):
    """A residual step with a wide view at little cost: `side` x `side` a channel, then across channels."""

    def __init__(self, channels: int, side: int = 5) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, channels, side, padding=side // 2, groups=channels)
        self.across = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.across(functional.relu(self.wide(x)))


class Survey(nn.Module):
    """A residual step at half the resolution, with a view of 24 cells: a click on a car's rear window is to reach its
    headlights. It starts as no step at all."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mixes = nn.Sequential(Mix(channels, 7), nn.ReLU(), Mix(channels, 7), nn.ReLU())
        self.out = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        return x + _up(self.out(self.mixes(functional.avg_pool2d(x, 2))))


@dataclass
class Encoded:
    """Of B pictures, for all objects.

    Attributes:
        context: (B, CONTEXT, h, w). middle: (B, MIDDLE, 2h, 2w). fine: (B, FINE, 4h, 4w).
        query: (B, L, TOKEN), what is asked of the memory at every cell.
        token: (B, L, TOKEN), what the picture is found by once it is in memory: query . token is the affinity.
        near_token: the same for the neighbouring frame, whose matches count less the farther off they are.
    """

    context: Tensor
    middle: Tensor
    fine: Tensor
    query: Tensor
    token: Tensor
    near_token: Tensor


class Encoder(nn.Module):
    """One pass a picture."""

    def __init__(self) -> None:
        super().__init__()
        f4, f8, f16, f32 = CHANNELS
        self.trunk = Trunk()
        self.from16, self.from32 = nn.Conv2d(f16, CONTEXT, 1), nn.Conv2d(f32, CONTEXT, 1)
        self.mix32, self.mix16 = Mix(CONTEXT), Mix(CONTEXT)
        self.key = nn.Conv2d(CONTEXT, KEY, 3, padding=1)
        self.shrinkage = nn.Conv2d(CONTEXT, 1, 3, padding=1)
        self.middle = nn.Conv2d(f8, MIDDLE, 1)
        self.fine4, self.fine8 = nn.Conv2d(f4, FINE, 1), nn.Conv2d(f8, FINE, 1)
        self.fine = nn.Conv2d(FINE, FINE, 3, padding=1)
        self.locality = nn.Parameter(torch.tensor(1.0))
        with torch.no_grad():
            self.key.weight.mul_(KEY_GAIN)

    def forward(self, picture: Tensor) -> Encoded:
        x4, x8, x16, x32 = self.trunk(picture)
        far = functional.relu(self.mix32(self.from32(x32)))
        context = functional.relu(self.mix16(self.from16(x16) + _up(far)))
        fine = self.fine(functional.relu(self.fine4(x4) + _up(self.fine8(x8))))
        return Encoded(context, self.middle(x8), fine, *self._addresses(context))

    def _addresses(self, context: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The anisotropic L2 affinity of XMem (Cheng and Schwing, 2022, eq. 2), written as one inner product.

        -s |q - m|^2 - l |p - r|^2 with query q at place p and memory m at place r with shrinkage s, locality l."""
        key = self.key(context).flatten(2).transpose(1, 2).float()
        shrinkage = (self.shrinkage(context).float().square() + 1).flatten(2).transpose(1, 2) / KEY**0.5
        place = _places(key, *context.shape[-2:])
        squares, reach = key.square().sum(2, keepdim=True), place.square().sum(2, keepdim=True)
        one, nil = torch.ones_like(squares), torch.zeros_like(place)
        query = torch.cat([key, squares, one, place, reach], 2)
        token = torch.cat([2 * shrinkage * key, -shrinkage, -shrinkage * squares, nil, nil[..., :1]], 2)
        near = functional.softplus(self.locality)
        local = torch.cat([0 * key, 0 * squares, -near * reach, 2 * near * place, -near * one], 2)
        return query, token, token + local


class Memorise(nn.Module):
    """What is drawn on a frame, seen together with the frame: a value for the memory, and the target's tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.context = nn.Conv2d(CONTEXT, VALUE, 1)
        self.maps = nn.Conv2d(16 * MAPS, VALUE, 3, padding=1)
        self.mixes = nn.Sequential(Mix(VALUE), nn.ReLU(), Mix(VALUE), nn.ReLU())
        self.weigh = nn.Conv2d(VALUE, 2, 1)
        self.survey = Survey(VALUE)

    def forward(self, context: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Args: context (B, CONTEXT, h, w); maps (B, N, MAPS, 4h, 4w).

        Returns: value (B, N, VALUE, h, w), and target (B, N, 2, CONTEXT): the context averaged over the object and over
        what it is not, as the value sees them (the target query of UniPixel's object memory, section 3.3)."""
        b, n = maps.shape[:2]
        drawn = self.maps(functional.pixel_unshuffle(maps.flatten(0, 1), 4))
        seen = self.context(context)
        value = self.survey(self.mixes(functional.relu(seen.unsqueeze(1) + drawn.unflatten(0, (b, n))).flatten(0, 1)))
        weight = torch.softmax(self.weigh(value).flatten(2), 2).unflatten(0, (b, n))
        target = weight @ context.flatten(2).transpose(1, 2).unsqueeze(1)
        return value.unflatten(0, (b, n)), target


class Decode(nn.Module):
    """Read the memory of every object and find it on the frame."""

    def __init__(self) -> None:
        super().__init__()
        self.nothing = nn.Parameter(torch.tensor(-6.0))
        self.nothing_value = nn.Parameter(torch.zeros(VALUE))
        self.read = nn.Conv2d(VALUE, CONTEXT, 1)
        self.drawn = nn.Conv2d(VALUE, CONTEXT, 1)
        self.seen = nn.Conv2d(CONTEXT, CONTEXT, 3, padding=1)
        self.alike = nn.Conv2d(2 * CONTEXT, CONTEXT, 1)
        self.join = nn.Conv2d(CONTEXT, CONTEXT, 3, padding=1)
        self.mix = Mix(CONTEXT)
        self.presence = nn.Linear(2 * CONTEXT, 1)
        self.to8 = nn.Conv2d(CONTEXT, MIDDLE, 1)
        self.conv8 = nn.Conv2d(MIDDLE, MIDDLE, 3, padding=1)
        self.retrieve = nn.Conv2d(MIDDLE, 2 * FINE, 1)
        self.drawn4 = nn.Conv2d(MAPS, FINE, 1)
        self.mask = nn.Conv2d(FINE, 4, 3, padding=1)
        self.survey = Survey(CONTEXT)

    def forward(
        self, encoded: Encoded, tokens: Tensor, values: Tensor, target: Tensor, drawn: Tensor, maps: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Args: tokens (B, M, TOKEN); values (B, N, M, VALUE); target (B, N, 2, CONTEXT); drawn (B, N, VALUE, h, w),
        zero on a frame without prompts; maps (B, N, MAPS, 4h, 4w), likewise.

        Returns: logits of the masks (B, N, 8h, 8w), and of presence (B, N)."""
        b, n = target.shape[:2]
        h, w = encoded.context.shape[-2:]
        read = self._read(encoded.query, tokens, values).unflatten(3, (h, w)).flatten(0, 1)
        context = encoded.context
        alike = (functional.normalize(target, dim=3).flatten(2)[..., None, None]
                 * functional.normalize(context, dim=1).repeat(1, 2, 1, 1).unsqueeze(1)) * CONTEXT**0.5
        x = self.read(read) + self.drawn(drawn.flatten(0, 1)) + self.alike(alike.flatten(0, 1))
        x = functional.relu(x + _each(self.seen(context), n))
        x = functional.relu(self.survey(self.mix(x + self.join(x))))
        pooled = torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)
        x = functional.relu(_up(self.to8(x)) + _each(encoded.middle, n))
        x = x + functional.relu(self.conv8(x))
        gain, offset = _up(self.retrieve(x)).chunk(2, 1)
        x = functional.relu(gain * _each(encoded.fine, n) + offset + self.drawn4(maps.flatten(0, 1)))
        masks = functional.pixel_shuffle(self.mask(x), 2).squeeze(1)
        return masks.unflatten(0, (b, n)), self.presence(pooled).view(b, n)

    def _read(self, query: Tensor, tokens: Tensor, values: Tensor) -> Tensor:
        """Space-time memory reading with a cut softmax (see `CUT`). (B, N, VALUE, L).

        One more token says "like nothing remembered"; it alone is read where the memory is empty."""
        b, n = values.shape[:2]
        nothing = functional.pad(self.nothing.view(1, 1, 1), (BIAS, TOKEN - BIAS - 1))
        with torch.autocast(query.device.type, enabled=False):  # the parts are large, their differences small
            affinity = query @ torch.cat([tokens, nothing.expand(b, 1, TOKEN)], 1).transpose(1, 2)
        weight = functional.relu(torch.exp(affinity - affinity.amax(2, keepdim=True)) - CUT).unsqueeze(1)
        values = torch.cat([values, self.nothing_value.expand(b, n, 1, VALUE)], 2)
        return ((weight @ values) / weight.sum(3, keepdim=True)).transpose(2, 3)


class Discover(nn.Module):
    """Where a click would find an object: every cell of the picture is a candidate query, as in the two-stage proposals
    of UNINEXT's detector, and what is proposed is a prompt that the network gives itself."""

    def __init__(self) -> None:
        super().__init__()
        self.mixes = nn.Sequential(Mix(CONTEXT), nn.ReLU(), Mix(CONTEXT), nn.ReLU())
        self.interior = nn.Conv2d(CONTEXT, 1, 1)

    def forward(self, context: Tensor) -> Tensor:
        """Args: context (B, CONTEXT, h, w).

        Returns: logits (B, h, w) of how deep inside an object a cell is, 1 at the object's deepest place."""
        return self.interior(self.mixes(context)).squeeze(1)


class Network(nn.Module):
    """The four parts, exported as one graph each."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.memorise, self.decode, self.discover = Encoder(), Memorise(), Decode(), Discover()


def _up(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def _each(x: Tensor, count: int) -> Tensor:
    """Once for every object: (B, c, h, w) -> (B * count, c, h, w)."""
    return x.unsqueeze(1).expand(-1, count, -1, -1, -1).flatten(0, 1)


def _places(like: Tensor, height: int, width: int) -> Tensor:
    """Row and column of every cell from the middle of the picture, in units. (B, L, 2), of the type of `like`."""
    ones = torch.ones_like(like[:1, :, 0]).view(1, height, width)
    rows, columns = ones.cumsum(1) - (height + 1) / 2, ones.cumsum(2) - (width + 1) / 2
    return (torch.stack([rows, columns], 3) / CELLS_A_UNIT).flatten(1, 2).expand(like.shape[0], -1, -1)


assert TOKEN == KEY + 5
