"""What the reader was told, and how they want to be told."""
