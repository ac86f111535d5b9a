"""The commands of `paragon`, one module a subject."""
