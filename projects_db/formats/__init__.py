"""Dataset formats, one file each: a reader and a writer between files and `dataset.Dataset`."""
