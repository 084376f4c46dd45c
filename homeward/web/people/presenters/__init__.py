"""What the pages about a person say, as finished text."""
