"""Who may do what for whom: competence, sign-off, delegation decisions, supervision and concerns.

A *competence* is what a worker is signed off to do; a *sign-off* is one registered professional's word for it, for a
time; a *delegation* is the decision that for this person this activity may be done by these workers, with its limits.
A *concern* is what a care worker saw that a registered professional must hear of.
"""
