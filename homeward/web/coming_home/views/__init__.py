"""Pages of coming home."""
