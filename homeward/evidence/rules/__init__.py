"""Studies as they are written and found; no Django."""
