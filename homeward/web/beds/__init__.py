"""Beds of reablement houses: the bed board, the waiting list, a stay, whom to ring, how full the house will be."""
