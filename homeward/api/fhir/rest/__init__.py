"""Reading the record over FHIR R4: read, search, `$everything`, and the few writes that the workflow allows.

A request passes through these, each of which knows nothing of the next:

1. `asking` turns an address into a `Question`: what is looked for, how many, what is to come with it.
2. `caller` knows who asks, how much they see of whom, and writes every read into the audit trail.
3. one module a resource (`patient`, `encounter`, ...) says where its rows are, how one row is written in FHIR and what
   it can be searched by: a `Kind`. `table` lists them all, and the router, the CapabilityStatement and the table in
   docs/guides/fhir.md are made from that one list.
4. `answering` walks the rows, keeps back what the caller may not see, and makes the Bundle.

Words: a *kind* is a FHIR resource type as we offer it; a *source* is one sort of row it is written from; a *parameter*
is what it can be searched by, read from the finished resource, so that what a search finds is what the resource says.
"""
