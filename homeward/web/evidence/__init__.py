"""The evidence library: what was tried elsewhere and here, what came of it, and our measures beside it."""
