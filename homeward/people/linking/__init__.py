"""Records that may be of one person: found, shown with the evidence, joined by a person's decision, taken apart again.

Words: a *possible duplicate* is a pair of records and why they may be of one person; a *merge* joins one record to
another, the *kept* one. Nothing is lost by a merge: the other record stays as it was, opens as the kept one, and comes
back as it was when the merge is undone.
"""
