"""The people who give care and support: services, organisations, teams, workers and the accounts they sign in with.

Words: a *service* is one integrated team with one front door, whoever employs its members; an *organisation* employs
workers or refers people; a *worker* can be put on the roster; an *account* signs in.
"""
