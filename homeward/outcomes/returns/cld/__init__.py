"""Adult Social Care Client Level Data: the month's events as a file (docs/guides/returns.md)."""
