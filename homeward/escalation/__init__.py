"""Who must be told when a clock has used up how much of its time.

Words: an *escalation* is one fraction of one clock that was reached; *who is told* is the service's own table of roles
by fraction. Each escalation happens once, even where nobody watched the clock when it was reached.
"""
