"""The network in torch. Imported by training and export only; the tool runs the exported graphs."""
