"""Asking how it was: short surveys after care and of staff.

Words: a *survey* is a form of procedures that asks how it was; a *survey rule* says whom a service asks, with which
form and when; an *invitation* asks one person, carer or member of staff once; a *survey answer* is what came back, kept
apart from whoever gave it unless they agree.
"""
