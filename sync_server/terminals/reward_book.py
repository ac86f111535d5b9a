"""Vouchers that come out by themselves, computed again: what each is worth, and how long."""

from zoneinfo import ZoneInfo

from loyalty.journal import VOUCHER_ISSUED, Entry
from loyalty.programme.catalogue import REWARD
from loyalty.programme.document import Programme
from loyalty.programme.rewards import vouchers_due
from sync_server.store.payloads import issued


def is_of_reward(entry: Entry) -> bool:
    """Whether `entry` issues a voucher that the programme gives for points by itself."""
    return entry.kind == VOUCHER_ISSUED and REWARD not in entry.payload


def reward_difference(entry: Entry, programme: Programme, zone: ZoneInfo) -> str:
    """How the voucher of an entry that `is_of_reward` differs from what `programme` gives, or
    nothing; `zone` is the shop's. Whether points were redeemed for it, and enough, is asked by
    `sync_server.rights.unpaid`."""
    said = issued(entry)
    reward = programme.reward
    if reward is None:
        return f"it issues voucher {said.number}, and its programme has none"
    due = vouchers_due(programme, reward.at_points, entry.occurred_at_ms, zone)
    if (said.amount_minor, said.currency) != (due.amount_minor, programme.currency):
        return (
            f"its voucher is of {said.amount_minor} {said.currency[:3]}, "
            f"computed {due.amount_minor} {programme.currency}"
        )
    if said.expires_at_ms != due.expires_at_ms:
        return f"its voucher is not good for {reward.valid_days} days"
    return ""
