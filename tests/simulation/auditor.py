"""The auditor: holds what is on the disks against what people saw, by rules of its own.

Not one line of the product is used: SQLite is read as SQLite, entries as MessagePack, seals and
signatures with the plain algorithms, and every sum is made here again.
"""

from pathlib import Path

from tests.simulation.audit_books import audit_books
from tests.simulation.audit_chains import audit_chains
from tests.simulation.audit_effects import audit_effects
from tests.simulation.audit_forks import audit_forks
from tests.simulation.audit_promises import audit_promises
from tests.simulation.audit_rights import audit_rights
from tests.simulation.audit_spending import audit_spending
from tests.simulation.audit_standings import audit_standings
from tests.simulation.audit_sums import audit_sums
from tests.simulation.audit_told import audit_told
from tests.simulation.evidence import Row, office_chain, office_rows, opened, till_rows
from tests.simulation.witness import Breach, Witness


def audit(witness: Witness, office: str, tills: dict[str, str]) -> list[Breach]:
    """Every breach of a guarantee that the disks show, once all tills are in touch and quiet."""
    journals: dict[str, list[Row]] = {}
    for name, path in tills.items():
        with opened(Path(path)) as connection:
            journals[name] = till_rows(connection)
    with opened(Path(office)) as connection:
        counted, chain = office_rows(connection), office_chain(connection)
        return [
            *audit_effects(witness, counted, journals),
            *audit_rights(connection, witness, counted, journals, tills),
            *audit_spending(connection, witness, counted),
            *audit_chains(connection, chain, journals, tills),
            *audit_forks(connection, witness, chain, journals),
            *audit_books(connection, counted, tills),
            *audit_promises(connection, counted),
            *audit_standings(connection, witness, counted),
            *audit_sums(connection, counted, tills),
            *audit_told(connection, witness, counted, journals, tills),
        ]
