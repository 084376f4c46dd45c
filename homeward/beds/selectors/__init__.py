"""Reads about beds."""

from homeward.beds.selectors.following import tied_by_follow_ups

__all__ = ["tied_by_follow_ups"]
