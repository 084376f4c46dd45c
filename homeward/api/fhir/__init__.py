"""The FHIR door: other organisations' systems send referrals here, in the national message format (BaRS, FHIR R4).

A message passes through four steps, each a module that knows nothing of the next:

1. `wire` turns bytes into plain FHIR JSON, whatever they were written in; `xml_reader` does so for XML.
2. `settling` gives that JSON the shape the standard promises, using `shape`, and lists what did not fit.
3. one module a resource (`patient`, `care_plan`, `flag`, ...) reads it; `referral_message` puts them together
   into one `ReferralMessage`. `Node` remembers what was read, so what nobody read can be listed too.
4. `deciding` says what the message asks of us; `intake` says it in the words of the front door, and
   `homeward.api.intake` keeps the bytes and asks the front door to do it.

Words: a *message* is one FHIR Bundle of type message. A *note* (`NotUnderstood`) is a part of it that is not
carried into the referral as it was sent; every message keeps its notes. *Refused* means answered with an
OperationOutcome that says why and what to do; refused messages are kept as well.
"""
