"""Views of commissioning, by subject."""
