"""Signing in and out, and turning who is signed in into the actor of each request."""
