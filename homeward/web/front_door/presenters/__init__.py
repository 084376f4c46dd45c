"""Finished text for the front door: the queue, one referral, triage, calls."""
