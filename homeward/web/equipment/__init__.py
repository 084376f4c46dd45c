"""Pages of equipment: the store, what somebody has, and alerts of their devices."""
