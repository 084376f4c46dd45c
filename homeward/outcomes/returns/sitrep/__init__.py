"""Situation reports: each day's position of leaving hospital, and how full beds and wards at home are."""
