"""G1 and G2: what was confirmed is at head office, once, with the figures that were said."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from tests.simulation.evidence import Fields, Row
from tests.simulation.witness import Breach, Seen, Witness


def audit_effects(
    witness: Witness, counted: list[Row], journals: Mapping[str, list[Row]]
) -> Iterator[Breach]:
    """What is missing, doubled or other than it was confirmed."""
    entries = [fields for row in counted if (fields := row.fields) is not None]
    effects: dict[str, list[Fields]] = defaultdict(list)
    for fields in entries:
        if fields.marker:
            effects[fields.marker].append(fields)
    at_tills = {
        fields.marker
        for rows in journals.values()
        for row in rows
        if (fields := row.fields) is not None and fields.marker
    }
    for marker, seen in witness.seen.items():
        yield from _receipt(seen, effects.get(marker, []), marker in witness.gone)
        if marker in at_tills and not effects.get(marker):
            yield Breach("G1", f"{marker} is in a till's journal and not at head office")
    for marker in effects.keys() - witness.seen.keys():
        yield Breach("G2", f"{marker} is at head office, and nobody ever sold it")
    yield from _numbers(entries)


def _receipt(seen: Seen, effects: list[Fields], is_gone: bool) -> Iterator[Breach]:
    what = f"{seen.kind} {seen.marker} of {seen.machine}"
    if seen.is_confirmed and not effects and not is_gone:
        yield Breach("G1", f"{what} was confirmed and is not at head office")
    if seen.is_refused and effects:
        yield Breach("G2", f"{what} was refused and is at head office")
    if len(effects) > 1:
        places = [(one.terminal, one.epoch, one.seq) for one in effects]
        yield Breach("G2", f"{what} counts {len(effects)} times: {places}")
    if seen.is_confirmed and effects:
        first = effects[0]
        said = (seen.reference, seen.member, seen.points, seen.total_minor)
        kept = (first.receipt, first.member, first.points, abs(first.amount_minor))
        if said != kept:
            yield Breach("G2", f"{what} was confirmed as {said} and is kept as {kept}")


def _numbers(entries: list[Fields]) -> Iterator[Breach]:
    """One issue for each voucher, one entry for each grant.

    A journal put back by a snapshot of its machine cannot know the numbers it gave before; what it
    gave again is salvaged, and head office names it.
    """
    issued = Counter(
        fields.payload["number"]
        for fields in entries
        if fields.kind == "voucher-issued" and not fields.is_salvaged
    )
    for number, times in issued.items():
        if times > 1:
            yield Breach("G2", f"voucher {number} was issued {times} times")
    granted = Counter(
        (fields.terminal, fields.epoch, fields.payload.get("draw"))
        for fields in entries
        if fields.kind == "rights-grant"
    )
    for (terminal, epoch, draw), times in granted.items():
        if times > 1:
            yield Breach("G2", f"draw {draw} of {terminal}, epoch {epoch}, was taken {times} times")
