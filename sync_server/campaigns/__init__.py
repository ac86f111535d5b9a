"""Campaigns: what is said to whom, when, over which channel, and never twice."""
