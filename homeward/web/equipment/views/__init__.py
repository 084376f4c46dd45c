"""What the pages of equipment do."""
