"""Taking in a day of a real service from three CSV files: its visits, its workers' shifts, its own travel times.

Words: a *fault* is something in a file that is not right, with its file, row, column and what to do; a *row* is
counted as a spreadsheet counts it, the header being row 1. `reading` says what the files hold and what is wrong with
them, without a database; `loading` puts one day of what is right into the record through the rooms' own services.

Nothing is invented: no names, no co-ordinates, no employer, no skills beyond the one the files imply.
"""
