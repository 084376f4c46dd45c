"""Concerns of care workers: raised at a visit or by phone, answered by a registered professional, seen and closed."""
