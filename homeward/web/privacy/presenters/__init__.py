"""Finished text of the privacy pages."""
