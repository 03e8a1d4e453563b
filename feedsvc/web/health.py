"""The health of a service, for people and for Prometheus."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from msgspec import Struct

from feedsvc import __version__
from feedsvc.model import Severity
from feedsvc.site.snapshot import Snapshot
from feedsvc.web.traffic import Traffic, is_shared

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The Content-Type of Prometheus's text format."""


class Health(Struct, frozen=True):
    """The state of the service, as one process sees it."""

    status: str
    """`ok`; `stale` if the folder could not be read lately, so that an older state is shown."""
    newest_day: date | None
    age_days: int | None
    """The number of days since then."""
    days: int
    papers: int
    """Each counted once, even if it is in several days."""
    errors: int
    """Problems of digests that are errors."""
    warnings: int
    changed: datetime
    """When the archive last changed, in UTC."""


def health_of(snapshot: Snapshot, today: date, *, is_stale: bool) -> Health:
    """The health of a service that shows this state."""
    days = snapshot.catalogue.calendar.days
    newest = days[-1] if days else None
    errors, warnings = snapshot.store.count_problems()
    return Health(
        status="stale" if is_stale else "ok",
        newest_day=newest,
        age_days=(today - newest).days if newest else None,
        days=len(days),
        papers=snapshot.catalogue.papers,
        errors=errors,
        warnings=warnings,
        changed=snapshot.catalogue.state.changed,
    )


def as_metrics(health: Health, traffic: Traffic, *, shows_process: bool) -> bytes:
    """The same in Prometheus's text format, and what requests there were.

    Where one process alone answers, also what it takes of the machine. Where several do, which
    takes turns to answer, its own figures would jump; so would requests that are not counted
    together.
    """
    # Slow to load, and rarely asked for.
    from prometheus_client import CollectorRegistry, Gauge, ProcessCollector  # noqa: PLC0415
    from prometheus_client.exposition import generate_latest  # noqa: PLC0415

    registry = CollectorRegistry()
    if shows_process:
        ProcessCollector(registry=registry)

    def tell(name: str, meaning: str, value: float) -> None:
        Gauge(f"feedsvc_{name}", meaning, registry=registry).set(value)

    tell("days", "Days that have papers.", health.days)
    tell("papers", "Papers, each counted once.", health.papers)
    tell("stale", "1 where the folder of digests can't be read just now.", health.status != "ok")
    tell("changed_timestamp_seconds", "When the archive changed.", health.changed.timestamp())
    if health.newest_day:
        newest = datetime.combine(health.newest_day, time(), UTC)
        tell("newest_day_timestamp_seconds", "Start of the newest day.", newest.timestamp())
    problems = Gauge("feedsvc_problems", "Of digests.", ["severity"], registry=registry)
    problems.labels(Severity.ERROR.value).set(health.errors)
    problems.labels(Severity.WARNING.value).set(health.warnings)
    build = Gauge("feedsvc_build_info", "The version.", ["version"], registry=registry)
    build.labels(__version__).set(1)
    requests = generate_latest(traffic.registry()) if shows_process or is_shared() else b""
    return generate_latest(registry) + requests
