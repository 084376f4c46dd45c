"""Reads about requests, unusual access, exports and appraisals."""
