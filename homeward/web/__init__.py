"""Pages: one folder a screen area, speaking to rooms only through their selectors and services."""
