"""Adult Social Care Outcomes Framework (ASCOF) measures from a Client Level Data (CLD) file. Plain Python, no Django.

Written from the rules of NHS England's published SQL (NHSDigital/ASC-Client-Level-Data-SALT-ASCOF-transformations:
"STS001 replication code.txt", then "ASCOF 2A replication code.txt"), in our own words; each function names the step it
keeps. What looks odd is kept on purpose where a docstring says "As published": docs/guides/ascof.md lists these.

Words: a *record* is one line of the file; an *event* is a record that belongs to a known person; a *cluster* is events
of one person so near to one another that they count once; the *followers* of a cluster are the events that come after
its end; *ST-Max* is short-term support to maximise independence (reablement).
"""
