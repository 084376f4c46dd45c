"""The finished words of equipment."""
