"""Supervision: what came of every delegated task, what is due, and practice that could be observed."""
