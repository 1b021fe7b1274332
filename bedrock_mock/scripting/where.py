"""Where something that a test says holds: a region, an account, both, or everywhere."""

from __future__ import annotations

from typing import NamedTuple


class Where(NamedTuple):
    """A region and an account; ``None`` stands for all of them."""

    region_name: str | None = None
    account_id: str | None = None

    def includes(self, region_name: str, account_id: str) -> bool:
        """Whether this region of this account is meant."""
        return self.region_name in (None, region_name) and self.account_id in (None, account_id)
