"""A fictitious place to try Homeward in: made from a seed and a day by calling the services, never by writing tables.

Everything about it is made up except the postcode points its homes stand on (`places/ATTRIBUTION.txt`). NHS numbers
begin 999, which are never given to anyone; telephone numbers are in 07700 900000 to 900999, which are kept for fiction.

Words: a *place* is one service with its employers, workers, people, history and day; its *size* says how much of it.
"""
