"""Chasing rounds: what is asked of the reader, the result of each round for wards and community, and its times."""
