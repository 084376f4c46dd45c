"""Results: every measure with its number, its change, the published figure beside it, and whether it is chance."""
