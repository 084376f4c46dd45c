"""Finished words of commissioning, by subject."""
