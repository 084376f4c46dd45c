"""Views of plans, by subject."""
