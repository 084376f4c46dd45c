"""What was tried elsewhere and what came of it: published studies, a service's own, and our measures beside them.

A *study* is one place's account of a change: who did what, what it meant for staff, what came of it. A *finding* is one
thing it reports, mostly a number, with its unit, place and period; a measure may answer it. Published studies are
versioned YAML under `library/`; a *local study* is a service's own, in rows, and every edit is a new version.
"""
