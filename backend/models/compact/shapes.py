"""Sizes that the network and its run time share."""

KEY, CONTEXT, VALUE, MIDDLE, FINE = 64, 128, 128, 64, 32
"""Channels: of keys, of the context and of memory values at stride 16, of features at stride 8 and 4."""

TOKEN = KEY + 5
"""Entries of a memory token (see `network.Encoder`)."""

BIAS = KEY + 1
"""The entry of a memory token that is added to its affinity with whatever is asked."""

STRIDE = 16
"""Of memory."""

MULTIPLE = 32
"""Sides of the pictures the network sees are multiples of this."""

MAPS = 5
"""What can be drawn on a frame for one object, in this order: its mask, the others' masks, positive hints, negative
hints, a box."""

OWN, OTHERS, POSITIVE, NEGATIVE, BOX = range(MAPS)

MAP_STRIDE, MASK_STRIDE = 4, 2
"""Of drawn maps going in, of masks coming out."""
