"""What an app's API can and cannot do, as data: it drives apply, the contract suite and the support matrix."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Traits:
    """One entity of one app.

    ``delta``: ``list(since=…)`` returns only what changed. ``tombstones``: a delta (or list) reports deletes.
    ``versions``: records carry a precondition token that updates honour. ``guarded``: an update is refused as stale
    where the record no longer holds what the patch says was read. ``modified``: records carry a modified time.
    Batch sizes are records per call (1 = single calls); ``pooled`` are those of ``create``, ``update``, ``delete`` and
    ``get`` whose batch is a call for each record all the same, a few at a time. ``searchable`` are the fields that
    ``find`` accepts. ``unique`` are fields that the app keeps unique. ``find_batch`` is how many values one ``find``
    call can hold.
    ``eventual_seconds`` is how long a write may take to show in reads. ``modified_resolution`` is in seconds.
    ``calls_per_second`` is the documented rate (``burst`` calls at once), ``daily_calls`` the documented allowance a
    day. ``complete_every`` is after how many seconds lists of changes are not enough and everything is read again,
    where that is sooner than for other apps. ``webhooks``: the app can tell of changes by itself. ``notes`` are what a
    person should know, a sentence each.
    """

    delta: bool = False
    tombstones: bool = False
    versions: bool = False
    guarded: bool = False
    modified: bool = False
    modified_resolution: float = 1.0
    create_batch: int = 1
    update_batch: int = 1
    delete_batch: int = 1
    get_batch: int = 1
    pooled: tuple[str, ...] = ()
    find_batch: int = 1
    page_size: int = 200
    searchable: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    eventual_seconds: float = 0.0
    calls_per_second: float | None = None
    burst: int = 5
    daily_calls: int | None = None
    complete_every: float | None = None
    webhooks: bool = False
    notes: tuple[str, ...] = field(default=())

    def a_call(self, verb: str) -> int:
        """How many records one call takes: ``create``, ``update``, ``delete`` or ``get``."""
        size: int = getattr(self, f"{verb}_batch")
        return 1 if verb in self.pooled else size
