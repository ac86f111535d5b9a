"""What the product does beside the sync, done at once: one thread, so that a seed repeats."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class AtOnce:
    """Stands for a ThreadPoolExecutor. A cut of the power is not a fault of the work: it ends the
    process that asked."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def submit(self, work: Callable[..., Any], *given: object) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given))
        except Exception as fault:
            done.set_exception(fault)
        return done

    def shutdown(self) -> None:
        pass
