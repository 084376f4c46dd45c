"""Stays as finished text."""
