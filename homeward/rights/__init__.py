"""People's rights over their own record, and watching who looks at records.

Words: a *request* is somebody using a right they have (UK GDPR articles 15 to 21); *unusual access* is a reading of a
record that a rule finds odd, for a person to look at, never a judgement; a *finding* is what the privacy officer
made of one; an *appraisal* is deciding what becomes of a record that has been kept as long as it must be.
"""
