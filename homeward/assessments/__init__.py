"""Assessments: forms that procedures define, filled in for a person, a referral or an episode.

Words: a *filled form* is one form, on the version it was begun on, with the answers given so far; a *draft* until it is
*complete*. An *answer change* is one answer as somebody gave it, and stays. Putting a complete form right makes a new
filled form that corrects it; both stay. A *score owed* is one that somebody must be told of; a *score told* says who
was, when, and what they said. A *form chosen* is the one a service uses of several for the same thing.
"""
