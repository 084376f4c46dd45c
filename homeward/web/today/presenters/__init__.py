"""Finished text for Today: the day of every employer, one visit, one worker."""
