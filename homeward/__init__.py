"""Homeward: one service for an integrated community health and social care team."""
