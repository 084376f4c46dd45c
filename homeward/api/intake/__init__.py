"""What every door does with a message, whatever it is written in: keep its bytes, find the person, ask the front door.

A format (`fhir`, `nhs111`, `ers`) turns bytes into a `Brought`, or a `Refusal` that says why; `receiving` does the
rest. Nothing here knows a format.

Words: a *note* (`NotUnderstood`) is a part of a message that is not carried into the referral as it was sent; every
message keeps its notes. *Refused* means answered with an OperationOutcome that says why and what to do; refused
messages are kept too.
"""
