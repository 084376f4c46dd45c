"""The columnar copy of what measures need: numbers, codes, days and moments; nobody's name, number or words.

`tables` says what is copied, `copying` keeps the copy, `reading` hands it to the measures as Ibis tables.
"""
