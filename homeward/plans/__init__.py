"""What the person and the team agreed: goals, and the visits that follow from them.

Words: a *plan* is one version of what was agreed in an episode; a *goal* is the person's own; a *visit pattern* says
which visits the plan needs, how often, when, how long, with which tasks and by whom. Visits come from patterns with no
retyping.

Who may visit: a *wish* is what somebody asked for at their door, or an animal there; a *trait* what matters of a worker
because of it. Days are planned by both.
"""
