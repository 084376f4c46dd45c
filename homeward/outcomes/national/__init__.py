"""Published national figures, read from the files as they are, to stand beside ours and never mixed into them.

One loader for each file; each gives `Figure`s. Plain Python: no Django, no database.
"""
