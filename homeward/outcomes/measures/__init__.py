"""Measures M01 to M30: each one definition over the facts, from which its number, its list and its page come."""
