"""Community Services Data Set: the month's tables as files (docs/guides/returns.md)."""
