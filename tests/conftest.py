"""What every test stands on: a home of its own and no way out of the machine by accident."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Time limits belong to pytest-timeout: a busy machine must not fail a property that holds.
# The same examples every time: what passed on one machine passes on the next, and the coverage of
# the domain does not depend on luck. PARAGON_EXPLORE=1 draws new ones.
settings.register_profile(
    "paragon", deadline=None, print_blob=True, derandomize=not os.environ.get("PARAGON_EXPLORE")
)
settings.load_profile("paragon")


@pytest.fixture(scope="session", autouse=True)
def _shop_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's settings, journals and proxies out of every test, and the tests out of them.

    Session-wide, so that servers and tills started by wider fixtures inherit it too.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            environment.setenv(variable, str(home / variable.lower()))
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            environment.delenv(variable, raising=False)
            environment.delenv(variable.lower(), raising=False)
        yield
