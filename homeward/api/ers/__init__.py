"""Payloads of the NHS e-Referral Service (e-RS): a ReferralRequest becomes a referral, all else is refused with why.

`reading` reads a ReferralRequest (FHIR STU3) into an `ErsReferral`; `refusing` says of every other payload what it is
and what to send instead; `intake` says what is asked.

Words: a *UBRN* is the number e-RS knows a referral by, through all its versions; a *shortlist* the services asked for.
"""
