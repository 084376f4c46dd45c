"""Writes about requests, unusual access, restriction and appraisals."""
