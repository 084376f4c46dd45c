"""Who is working when, of every employer.

Words: a *shift* is a stretch of paid time from one place to one place; a split day is several shifts; an *absence* is
why somebody rostered will not come.
"""
