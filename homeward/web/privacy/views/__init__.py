"""Watching who looks, searching the audit trail, requests, and records kept long enough."""
