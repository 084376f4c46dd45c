"""Reading who may do what for whom, how each came to be signed off, and what is delegated."""
