"""Video, masks, prompts, models, tracking and quality. No user interface and no SQL in here."""
