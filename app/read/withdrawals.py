"""What was taken out of sight, as it is shown."""

from __future__ import annotations

from typing import cast

from app.read.kinds import WithdrawalKind
from app.read.models import Withdrawal
from app.store import tables


def withdrawal_view(row: tables.Withdrawal) -> Withdrawal:
    shown: Withdrawal = {
        "number": row.number or 0,
        "kind": cast(WithdrawalKind, row.kind),
        "article": row.article_id,
        "by": row.by,
        "at": row.at,
    }
    if row.reason is not None:
        shown["reason"] = row.reason
    return shown
