"""The programme: what a shop promises, written in one document it can read."""
