"""Visits that could be one: what was found, deciding with the person, and what it saved."""
