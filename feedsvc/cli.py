"""The `feedsvc` command: reads flags, calls what does the work, turns errors into exit codes."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from feedsvc import __version__
from feedsvc.bucket_address import BucketAddress
from feedsvc.builder.languages import build_all
from feedsvc.check import REPORTS, Findings, as_text, hints, no_papers, of_languages, summary
from feedsvc.check import check as check_digests
from feedsvc.config import Config, without_base_url
from feedsvc.errors import FeedsvcError, StaleError
from feedsvc.index.search_table import WITHOUT_SEARCH, can_search
from feedsvc.index.stages import Searching
from feedsvc.parallel.progress import parallel_map, shown
from feedsvc.parser.vocabulary.problems import CODES
from feedsvc.site.documents import document, feed_at
from feedsvc.site.places import canonical_query
from feedsvc.site.site import Site
from feedsvc.site.sites import Sites
from feedsvc.starter.workflows import PAGES
from feedsvc.startup import create_app
from feedsvc.storage.digests import mirror_of

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Commands(click.Group):
    """Shows our errors as their one sentence, without a traceback."""

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        try:
            return super().invoke(context)
        except FeedsvcError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads the output any more; click handles that
                raise
            where = error.filename or "the output"
            raise click.ClickException(f"{where}: can't be used: {error.strerror}.") from error


def _setting(name: str, help_text: str) -> Callable[[_Command], _Command]:
    return click.option(f"--{name}", default=None, metavar="VALUE", help=help_text)


_config = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="Settings file; ./feedsvc.toml if there.",
)
_digests = _setting("digests", "Folder of digests, or a bucket: s3://…")
_base_url = _setting("base-url", "Address of the site.")
_out = _setting("out", "Folder to write the site to, or a bucket: s3://…")
_languages = _setting("languages", "Languages of the digests, such as ko,en.")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="feedsvc")
def main() -> None:
    """Feeds from a folder of daily paper digests."""


@main.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@_setting("title", "Name of the site.")
@_setting("language", "Language of the digests, such as ko.")
@_base_url
@click.option("--pages", type=click.Choice(list(PAGES)), help="Whose workflow to write.")
def init(folder: Path, pages: str | None, **flags: str | None) -> None:
    """Begin a site in FOLDER: settings, a first digest, and a workflow that publishes it.

    Digests that are there already are taken as they are, and no file is changed.
    """
    from feedsvc.starter.start import ASKED, checked, look, start  # noqa: PLC0415 - rarely needed

    answers = {name: value for name, value in flags.items() if value is not None}
    checked(answers)
    outlook = look(folder)
    if sys.stdin.isatty() and not outlook.has_settings:
        for name in [name for name in ASKED if name not in answers]:
            proposal = outlook.proposals.get(name, Config.title if name == "title" else "")
            answers[name] = _ask(ASKED[name], name, proposal)
    for line in start(outlook, answers, date.today(), pages).lines:  # noqa: DTZ011 - the author's
        click.echo(line)


@main.command()
@_config
@_digests
@_setting("language", "One of several languages; the first if not given.")
@click.argument("day", required=False, type=click.DateTime(["%Y-%m-%d"]), metavar="[DAY]")
def new(file: Path | None, digests: str | None, language: str | None, day: datetime | None) -> None:
    """Begin the digest of DAY: of today, or of the day after the newest one."""
    from feedsvc.starter.new import new_digest  # noqa: PLC0415 - rarely needed

    config = Config.load(file, flags={"digests": digests}).in_language(language or "")
    today = date.today()  # noqa: DTZ011 - the author's
    click.echo(f"{new_digest(config, today, day and day.date())}: written")


@main.command()
@_config
@_digests
@_languages
@_base_url
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--access-log", is_flag=True, default=None, help="Log each request.")
@click.option("--open", "opens", is_flag=True, help="Open the site in a browser.")
@click.option(
    "--watch", is_flag=True, help="For authors: pages show problems, and changes at once."
)
def serve(
    file: Path | None,
    host: str,
    port: int,
    workers: int,
    *,
    opens: bool,
    watch: bool,
    **flags: object,
) -> None:
    """Serve the site; new and changed digests appear without a restart."""
    from feedsvc.web.server import ensure_free, serve  # noqa: PLC0415 - slow to load

    if watch and workers > 1:
        raise click.UsageError("--watch is for one author and one worker; leave --workers out.")
    ensure_free(host, port)
    reachable = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared only
    name = f"[{reachable}]" if ":" in reachable else reachable
    here = f"http://{name}:{port}/"
    defaults: dict[str, object] = {"base_url": here}
    make: Callable[[Config], Any] = create_app
    if watch:
        from feedsvc.watch import app as watched  # noqa: PLC0415 - for authors only

        make, defaults["refresh"] = watched.create_app, watched.REFRESH_SECONDS
        flags["base_url"] = flags["base_url"] or here
        flags["ping"] = False  # what an author tries is no news
    load = partial(Config.load, file, flags=flags, defaults=defaults)
    config = load()
    # The site is not kept: this process must not hold the index open while workers serve it.
    try:
        _fetch_digests(config)
    except StaleError as error:
        click.echo(f"Warning: {error}", err=True)
    findings = _findings(_sites(config, Searching.GRADUALLY), config)
    ensure_free(host, port)  # still, as a first index takes a while
    click.echo(f"{config.title}: {summary(findings)}")
    for line in (*no_papers(findings), *hints(findings)):
        click.echo(f"  {line}")
    if findings.problems:
        click.echo("  (`feedsvc check` lists the problems)")
    for each in config.in_each_language():
        click.echo(f"  read       {each.base_url}")
        click.echo(f"  subscribe  {each.base_url}feed.xml")
    if opens:
        from feedsvc.watch.browser import open_when_served  # noqa: PLC0415 - for authors only

        open_when_served(here)
    serve(make, load, config, host, port, workers)


@main.command()
@_config
@_digests
@_out
@_languages
@_base_url
@click.option(
    "--precompress", is_flag=True, default=None, help="Also write each file as .gz, .br and .zst."
)
@click.option("--strict", is_flag=True, help="Fail, and write nothing, when digests have errors.")
@click.option("--allow-empty", is_flag=True, help="Remove the papers of a site whose digests went.")
def build(strict: bool, allow_empty: bool, file: Path | None, **flags: object) -> None:
    """Write the site as a folder of files, for any web host, or into a bucket."""
    config = Config.load(file, flags=flags)
    if isinstance(config.out, Path):
        _build(config, strict=strict, allow_empty=allow_empty)
        return
    from feedsvc.publisher.staging import alone_at  # noqa: PLC0415 - rarely needed

    with alone_at(config.out_folder.parent, config.out) as publisher:
        _build(config, strict=strict, allow_empty=allow_empty, publisher=publisher)


def _build(config: Config, *, strict: bool, allow_empty: bool, publisher: str = "") -> None:
    """Builds the site, and uploads it where `publisher` is the id of those who do."""
    if warning := without_base_url(config):
        if strict:
            raise click.ClickException(warning)
        click.echo(f"Warning: {warning}", err=True)
    # Beside each file in a folder, but in place of it in a bucket.
    sites = _fresh_sites(replace(config, precompress=False) if publisher else config)
    findings = _findings(sites, config)
    click.echo(as_text(findings, shows_all=False), err=True)
    if strict and findings.errors:
        raise click.ClickException("There are errors in the digests, so nothing was written.")
    if config.saved and not can_search():
        click.echo(f"Warning: {WITHOUT_SEARCH}", err=True)
    report = build_all(sites, parallel_map, may_become_empty=allow_empty)
    if publisher:
        _upload(config, publisher, may_become_empty=allow_empty)
    else:
        click.echo(
            f"{config.out}: {report.written} files written, {report.unchanged} unchanged, "
            f"{report.removed} removed"
        )
    if report.papers_left_out:
        click.echo(
            f"The feeds of /all/ were not written: there are {report.papers_left_out} papers, more "
            f"than all_size ({config.all_size})."
        )
    if config.hub and config.ping:
        try:
            trouble = _tell_hub(sites)
        except FeedsvcError as error:
            trouble = str(error)
        if trouble:
            click.echo(f"Warning: {trouble}", err=True)


def _upload(config: Config, publisher: str, *, may_become_empty: bool) -> None:
    from feedsvc.publisher.publish import BuiltSite, publish  # noqa: PLC0415 - rarely needed
    from feedsvc.storage.bucket import Bucket  # noqa: PLC0415

    assert isinstance(config.out, BucketAddress)
    built = BuiltSite(
        config.out_folder, config.base_url, publisher, config.precompress, may_become_empty
    )
    bucket = Bucket(config.out)
    tell = partial(click.echo, err=True)
    done = publish(built, bucket, datetime.now(UTC).date(), shown, tell)
    click.echo(
        f"{config.out}: {done.uploaded} objects uploaded, {done.unchanged} unchanged, "
        f"{done.deleted} deleted"
    )
    if not done.is_guarded:
        click.echo(
            f"Warning: {config.out}: this store can't keep two publishers apart, so let only one "
            "publish at a time.",
            err=True,
        )


@main.command()
@_config
@_digests
@_base_url
@click.argument("paths", metavar="[PATH]...", nargs=-1)
def ping(
    file: Path | None, digests: str | None, base_url: str | None, paths: tuple[str, ...]
) -> None:
    """Tell the hub of the feeds that changed since it was last told, or of those at PATH.

    For a site whose files are uploaded after they were built, with `ping = false`.
    """
    from feedsvc.push.hub import Hub  # noqa: PLC0415 - rarely needed

    config = Config.load(file, flags={"digests": digests, "base_url": base_url})
    if not config.hub:
        raise click.ClickException(
            "hub is not set, so there is nobody to tell. Set it to the address of a WebSub hub, "
            "with FEEDSVC_HUB or in feedsvc.toml."
        )
    sites = _fresh_sites(config)
    if not paths:
        if trouble := _tell_hub(sites):
            raise click.ClickException(trouble)
        return
    feeds = [_feed_at(sites, f"/{path.removeprefix('/')}") for path in paths]
    with Hub(config.hub) as hub:
        for feed in feeds:
            hub.ping(feed)
    click.echo(f"{config.hub}: told of {_count(len(feeds), 'feed')}")


@main.command()
@_config
@_digests
@_languages
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text")
@click.option(
    "--explain",
    type=click.Choice(list(CODES)),
    metavar="CODE",
    help="Print what a problem's code means, with an example, and read no digest.",
)
@click.option("--all", "shows_all", is_flag=True, help="List each problem, however often it comes.")
@click.argument("path", required=False, type=click.Path(path_type=Path))
def check(
    file: Path | None,
    format_: str,
    explain: str | None,
    path: Path | None,
    *,
    shows_all: bool,
    **flags: str | None,
) -> None:
    """List the problems of the digests, or of the folder or digest at PATH."""
    if explain:
        from feedsvc.explanations import explain as explanation  # noqa: PLC0415 - rarely needed

        click.echo(explanation(explain), nl=False)
        return
    config = Config.load(file, flags=flags)
    if not path:
        _fetch_digests(config)
    findings = check_digests(path or config.digests_folder, config)
    is_short = format_ == "text" and not shows_all
    click.echo(as_text(findings, shows_all=False) if is_short else REPORTS[format_](findings))
    sys.exit(1 if findings.errors else 0)


@main.command()
@_config
@_digests
@_languages
@_base_url
@click.argument("path")
def show(file: Path | None, path: str, **flags: str | None) -> None:
    """Print what the server would send for PATH, such as /2024-11-18/feed.xml."""
    config = Config.load(file, flags=flags)
    path, mark, query = f"/{path.removeprefix('/')}".partition("?")
    site, path = _fresh_sites(config, Searching.WHOLLY if mark else None).at(path)
    with site.snapshot(long=True, searchable=True) as snapshot:
        made = document(snapshot, path, canonical_query(path, query))
        sys.stdout.buffer.writelines(made.pieces)


@main.command()
@click.option("--json", "is_json", is_flag=True, help="Print one object of JSON.")
@click.option("--svg", type=click.Path(path_type=Path), help="Also write a picture to this file.")
@click.argument("logs", nargs=-1, type=click.Path(path_type=Path))
def stats(is_json: bool, svg: Path | None, logs: tuple[Path, ...]) -> None:
    """Say how many people follow each feed, from access LOGS (- or none: the standard input)."""
    from feedsvc.stats.followers import count  # noqa: PLC0415 - rarely needed
    from feedsvc.stats.log_lines import STANDARD_INPUT, read_requests  # noqa: PLC0415
    from feedsvc.stats.report import as_json, as_svg  # noqa: PLC0415
    from feedsvc.stats.report import as_text as followers_as_text  # noqa: PLC0415

    if not logs and sys.stdin.isatty():
        raise click.UsageError("name a log, or send one to the standard input.")
    figures = count(read_requests([*logs] or [STANDARD_INPUT]))
    click.echo(as_json(figures) if is_json else followers_as_text(figures))
    if svg:
        svg.write_text(as_svg(figures), encoding="utf-8")


def _ask(question: str, name: str, proposal: str) -> str:
    """A setting as a person types it, asked again until it can be used."""
    from feedsvc.starter.start import checked  # noqa: PLC0415 - as above

    def parse(typed: str) -> str:
        try:
            checked({name: typed} if typed else {})
        except FeedsvcError as error:
            raise click.BadParameter(str(error)) from error
        return typed

    return str(
        click.prompt(question, default=proposal, value_proc=parse, show_default=bool(proposal))
    )


def _tell_hub(sites: Sites) -> str:
    """Tells the hub what changed and the user what came of it; gives what is wrong, if anything."""
    from feedsvc.push.round import AFTER_A_BUILD, tell_hub  # noqa: PLC0415 - loads a client

    hub = sites.first.config.hub
    reports = [tell_hub(site, site.config, AFTER_A_BUILD) for site in sites]
    if told := sum(report.told for report in reports):
        click.echo(f"{hub}: told of {_count(told, 'feed')}")
    if any(report.again for report in reports):
        click.echo(f"{hub}: another process tells it just now")
    left = sum(report.left for report in reports)
    if not left:
        return ""
    return (
        f"{hub}: the hub was not told of {_count(left, 'feed')} that changed; "
        "the next build or `feedsvc ping` tells it."
    )


def _feed_at(sites: Sites, path: str) -> str:
    site, inside = sites.at(path)
    with site.snapshot(long=True) as snapshot:
        return feed_at(snapshot, inside)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _fetch_digests(config: Config) -> None:
    """Brings the copy of a bucket's digests up to date. Raises StaleError and FolderError."""
    if mirror := mirror_of(config):
        from feedsvc.parallel.apart import apart  # noqa: PLC0415 - rarely needed

        apart(mirror.refresh)


def _fresh_sites(config: Config, searching: Searching | None = None) -> Sites:
    _fetch_digests(config)
    return _sites(config, searching)


def _sites(config: Config, searching: Searching | None) -> Sites:
    sites = Sites(config, searching)
    sites.refresh(parallel_map)
    return sites


def _findings(sites: Sites, config: Config) -> Findings:
    return of_languages(config, [_findings_of(site) for site in sites])


def _findings_of(site: Site) -> Findings:
    with site.snapshot() as snapshot:
        catalogue = snapshot.catalogue
        days = len(catalogue.calendar.days)
        store = snapshot.store
        return Findings(
            site.config.digests_folder,
            store.problems(),
            days,
            catalogue.papers,
            without_papers=[] if days else store.files_without_papers(),
        )
