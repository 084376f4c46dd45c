"""Procedures in plain words: each kind as parts of items, lists of them, two versions side by side, and drafts."""
