"""Who may do what: roles, permissions and the actor that every service and selector is given.

Words: an *actor* is whoever is doing this now, a person signed in or the system acting for one; a *role* is what they
are employed to do; a *permission* is one thing the service can do.
"""
