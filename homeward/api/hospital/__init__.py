"""Stays in hospital as other systems tell them: FHIR Encounters and discharge documents, STU3 or R4, JSON or XML.

`reading` turns bytes into the stays they tell of, or the reason why there are none; it needs no record. `receiving`
keeps the bytes first, finds whose stay it is, tells `discharge`, and files the letter with the person's documents.

Words: a *payload* is one file or message; its *kind* is what it is, in words for people, taken or not.
"""
