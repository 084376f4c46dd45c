"""The single set of procedures, as data: pathways, forms and activities.

Words: a *pathway* is a service as data (who for, clocks, stages, visits, outcomes); a *form* is questions; an
*activity* is one thing done for a person; the *library* is the YAML that ships with Homeward or that a place writes;
a *procedure* is one published version of one of them; a *draft* is the next version while it is written, until a second
person approves it; an *offered* version ships with Homeward and is held back where a place follows its own. Open
episodes keep the version they started on.
"""
