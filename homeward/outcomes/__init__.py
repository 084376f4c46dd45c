"""What came of it: measures and national returns, read from the record; writes nothing of it.

`ascof` computes national adult social care measures from a Client Level Data file, as NHS England's published SQL does.
`returns` makes the files a service sends about a month. `facts` keeps a columnar copy of what measures need; `measures`
defines them over it (docs/guides/measures.md).
"""
