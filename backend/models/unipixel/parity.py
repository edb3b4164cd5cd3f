"""Cases of the authors' code, through the loader and the code that serve users (see `backend.parity`)."""
