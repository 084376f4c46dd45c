"""A fictitious place to try the service in, made by the services themselves from a seed and a "today"."""
