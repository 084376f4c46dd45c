"""The finished words of plans."""
