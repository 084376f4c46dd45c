"""Who saw or changed what, and when.

Words: an *event* says that an actor did an action to a subject, and whose record it concerned. It holds identifiers
only, never what was in the record (ISO 27789). Events are added, never changed: the database itself refuses.
"""
