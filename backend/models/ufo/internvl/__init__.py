"""UFO on InternVL2.5: a language model that reads the tiles of a frame and answers for many grid points at once."""
