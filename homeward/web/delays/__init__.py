"""Delays this week: how many could have left, what they waited for, and where those who left went. Nobody is named."""
