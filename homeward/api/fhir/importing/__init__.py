"""Reading another system's FHIR record about somebody into their record here.

What it does with each part:

- who somebody is (`Patient`, `RelatedPerson`) is proposed and never overwritten: what differs becomes a line to decide;
- allergies and flags become alerts;
- what happened, was found, prescribed or written down goes onto the timeline with its code and its words;
- everything else is listed. The bytes are kept as they came, so nothing is lost; the same bytes again change nothing.

Payloads in FHIR R4 (UK Core, PDS) and STU3 (GP Connect, Care Connect) are read, in JSON or XML.
"""
