"""NHS 111 reports: the ITK CDA document a call centre sends, and the FHIR STU3 bundle the national adaptor makes of it.

`envelope` finds the documents in what was sent (bare, in an ITK or SOAP envelope, or in parts); `cda` reads one into a
`CallReport`, `adaptor_bundle` reads the bundle into the same; `new_referral` says it in the words of the front door;
`intake` says what is asked.

Words: a *report* is what one call came to; a *disposition* is what NHS 111 decided, with a DX code and often a time.
"""
