"""UFO-ViT: one transformer for the words, the picture and the grids of points on it, and no decoder beside it.

Tang et al., "UFO: A Unified Approach to Fine-grained Visual Perception via Open-ended Language Interface". Nothing is
imported here: torch comes with `asker`.
"""
