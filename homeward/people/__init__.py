"""The people we support: who they are, where they live, how to speak with them, what to beware of, what has happened.

Words: a *person* is somebody we support (never "patient" or "service user" on screen); an *alert* is something a
visitor must know before they knock; the *timeline* is everything any employer did, in one order. Timeline entries are
added, never edited: a wrong one is corrected by a new one that shows both.
"""
