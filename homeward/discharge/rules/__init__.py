"""Decisions about stays that need no database."""
