"""The demo: a chain of two branches and three tills, on this machine, for as long as one looks."""
