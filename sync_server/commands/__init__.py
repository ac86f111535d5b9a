"""The commands of `paragon-server`, one module a subject."""
