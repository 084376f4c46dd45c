"""What came of it: measures and national returns, read from events; writes nothing of the record.

`ascof` computes national adult social care measures from a Client Level Data file, as NHS England's published SQL does. `returns` makes
the files a service sends about a month.
"""
