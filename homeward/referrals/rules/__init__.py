"""The rules of the front door: which pathway fits a referral, and what a file of referrals says. No Django."""

from .suggesting import URGENCIES, suggested_pathway

__all__ = ["URGENCIES", "suggested_pathway"]
