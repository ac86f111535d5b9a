"""What the product does beside the sync, done at once: one thread, so that a seed repeats."""

from collections.abc import Callable


def at_once(work: Callable[[], None]) -> None:
    """Stands for a thread. A cut of the power ends the process that asked for the work."""
    work()
