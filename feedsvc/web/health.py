"""The health of a service, for people and for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from msgspec import Struct
from msgspec.structs import replace

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


def together(healths: Sequence[Health]) -> Health:
    """The health of a service in several languages: days and papers of each are counted."""
    newest = max(filter(None, (each.newest_day for each in healths)), default=None)
    ages = [each.age_days for each in healths if each.age_days is not None]
    return replace(
        healths[0],
        status=next((each.status for each in healths if each.status != "ok"), "ok"),
        newest_day=newest,
        age_days=min(ages, default=None),
        days=sum(each.days for each in healths),
        papers=sum(each.papers for each in healths),
        errors=sum(each.errors for each in healths),
        warnings=sum(each.warnings for each in healths),
        changed=max(each.changed for each in healths),
    )


def _figures(health: Health) -> Iterator[tuple[str, str, float, dict[str, str]]]:
    """Each figure with its name, its meaning, and its labels."""
    yield "days", "Days that have papers.", health.days, {}
    yield "papers", "Papers, each counted once.", health.papers, {}
    is_stale = health.status != "ok"
    yield "stale", "1 where the folder of digests can't be read just now.", is_stale, {}
    changed = health.changed.timestamp()
    yield "changed_timestamp_seconds", "When the archive changed.", changed, {}
    if health.newest_day:
        newest = datetime.combine(health.newest_day, time(), UTC).timestamp()
        yield "newest_day_timestamp_seconds", "Start of the newest day.", newest, {}
    yield "problems", "Of digests.", health.errors, {"severity": Severity.ERROR.value}
    yield "problems", "Of digests.", health.warnings, {"severity": Severity.WARNING.value}


def as_metrics(healths: Mapping[str, Health], traffic: Traffic, *, shows_process: bool) -> bytes:
    """The same in Prometheus's text format, and what requests there were.

    Of several languages each has figures with its label; else the one is below an empty text.
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

    gauges: dict[str, Gauge] = {}
    for language, health in healths.items():
        for name, meaning, value, more in _figures(health):
            labels = ({"language": language} if language else {}) | more
            if name not in gauges:
                gauges[name] = Gauge(f"feedsvc_{name}", meaning, [*labels], registry=registry)
            (gauges[name].labels(**labels) if labels else gauges[name]).set(value)
    build = Gauge("feedsvc_build_info", "The version.", ["version"], registry=registry)
    build.labels(__version__).set(1)
    requests = generate_latest(traffic.registry()) if shows_process or is_shared() else b""
    return generate_latest(registry) + requests
