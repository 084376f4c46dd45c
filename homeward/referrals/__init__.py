"""The front door: calls, referrals, the messages that brought them, and triage.

Words: a *call* is any contact with the front door; a *referral* asks the service to see a person; *triage* decides:
accept onto a pathway, redirect, decline, or ask for more. A referral's *breach time* is computed from its events and
the pathway's clock, or is the sender's own when they gave one; it is never stored as a guess.
"""
