"""Training of the compact model: material, pseudo-videos, simulated prompts, the loop, export, model card."""
