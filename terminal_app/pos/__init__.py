"""Faces for other tills' software: the loopback agent."""
