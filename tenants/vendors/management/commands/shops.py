"""`manage.py shops ...`: everything about the fleet of shops, from a terminal or a script.

Exit codes: 0 all is well; 1 it could not be done, and why; 2 the command line is wrong; 3 it was done as far as it goes, and
something is left for a person: a shop that is quarantined or in use, a difference, an order that is still open.
"""

import json
import os
import tempfile
from argparse import SUPPRESS
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from kit.errors import SoukError
from kit.progress import Bar
from kit.words import counted
from tenants.isolation import actions, measuring, replay, retiring, shop_sql
from tenants.isolation.drift import check
from tenants.isolation.models import Wall, WallState
from tenants.isolation.queries import newest_version
from tenants.isolation.regranting import mend_rights
from tenants.vendors import exporting, fleet, leaving, moving, restoring
from tenants.vendors.models import Vendor, VendorState

LEFT = 3  # exit code: something is left for a person


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # they read every page's address, which takes longer than most of this
    help = "The fleet of shops: list, provision, migrate, check, export, restore, close, move. See docs/guides/operator.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the answer as JSON on standard output")
        commands = parser.add_subparsers(dest="do", required=True)

        def command(name: str, words: str) -> CommandParser:
            found = commands.add_parser(name, help=words)
            found.add_argument("--json", action="store_true", default=SUPPRESS, help="the answer as JSON")
            return found

        listed = command("list", "every shop: whose, state, version, size, last act")
        listed.add_argument("--state", default="", choices=["", *WallState.values, "behind", "elsewhere"])
        listed.add_argument("--search", default="", metavar="WORDS", help="part of a vendor's name, or its address")
        listed.add_argument("--measure", action="store_true", help="measure sizes now")
        command("provision", "make one prepared shop now")
        spares = command("spares", "make prepared shops until N wait")
        spares.add_argument("count", type=int, metavar="N")
        command("version", "the version of this code's shops, and how many shops are of which")
        migrate = command("migrate", "bring the shops that are behind up to this code's migrations")
        migrate.add_argument(
            "--only", nargs="+", default=[], metavar="SHOP", help="these vendors (slugs) or walls alone"
        )
        migrate.add_argument("--plan", action="store_true", help="say what would be done, and do nothing")
        checked = command("drift", "where the database differs from what is declared; exit 3 when it does")
        checked.add_argument("--mend", action="store_true", help="make rights and policies again, then look")
        export = command("export", "write one shop to a file")
        export.add_argument("slug", metavar="SLUG")
        export.add_argument("file", type=Path, metavar="FILE.zip")
        restore = command("restore", "make one shop what its export says")
        restore.add_argument("slug", metavar="SLUG")
        restore.add_argument("file", type=Path, metavar="FILE.zip")
        restore.add_argument(
            "--new-schema", action="store_true", help="into a prepared shop; the old one is kept a while"
        )
        restore.add_argument("--replace", action="store_true", help="rows that are there may go")
        restore.add_argument("--without-media", action="store_true", help="leave pictures and documents as they are")
        close = command("close", "end a vendor: selling at once, the rest when nothing is open any more (else exit 3)")
        close.add_argument("slug", metavar="SLUG")
        close.add_argument("--reason", default="", help="told to the vendor; needed to begin")
        close.add_argument("--export", type=Path, metavar="FILE.zip", help="write its export here, to be handed over")
        reopen = command("reopen", "take a closing or closed vendor back")
        reopen.add_argument("slug", metavar="SLUG")
        move = command("move", "carry one shop to another cluster, or back to main")
        move.add_argument("slug", metavar="SLUG")
        move.add_argument("cluster", metavar="CLUSTER")
        drop = command("drop", "drop the retired shops whose time is over (the builder does it by itself)")
        drop.add_argument("--plan", action="store_true", help="say which, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"do_{options['do']}")(**options)
        except SoukError as error:
            raise CommandError(str(error)) from error
        except actions.ShopsBehind as error:
            raise CommandError(f"There is no script yet for this code's shops: {error}.") from error

    # --- looking

    def do_list(self, *, state: str, search: str, measure: bool, **options: Any) -> None:
        if measure:
            measuring.measure()
        found = fleet.shops(version=newest_version(), state=state, search=search)
        if options["json"]:
            self.stdout.write(json.dumps([shop.as_json() for shop in found], indent=2))
            return
        widths = (14, 20, 12, 18, 10, 12)
        self.stdout.write(_row(widths, "wall", "vendor", "state", "version", "size", "last act", "note"))
        for shop in found:
            wall = shop.wall
            note = wall.reason or (f"on {wall.cluster}" if wall.cluster != "main" else "")
            if wall.drop_after:
                note = f"kept until {wall.drop_after:%Y-%m-%d}"
            self.stdout.write(
                _row(
                    widths,
                    wall.name,
                    shop.vendor.slug if shop.vendor else "-",
                    wall.state,
                    wall.version + ("" if shop.is_current else " *"),
                    filesizeformat(wall.size_bytes).replace("\xa0", " ") if wall.size_bytes is not None else "-",
                    f"{shop.active_at:%Y-%m-%d}" if shop.active_at else "-",
                    note,
                )
            )
        behind = sum(not shop.is_current and shop.wall.state != WallState.RETIRED for shop in found)
        self.stdout.write(f"{counted(len(found), 'shop', 'shops')}, {behind} behind (*).")

    def do_version(self, **options: Any) -> None:
        version = shop_sql.fingerprint()
        counts: dict[str, int] = {}
        for seen in Wall.objects.exclude(state=WallState.RETIRED).values_list("version", flat=True):
            counts[seen] = counts.get(seen, 0) + 1
        if options["json"]:
            self.stdout.write(json.dumps({"code": version, "script": newest_version(), "shops": counts}, indent=2))
            return
        self.stdout.write(f"{version}  this code")
        for seen, count in sorted(counts.items(), key=lambda item: -item[1]):
            self.stdout.write(f"{seen}  {counted(count, 'shop', 'shops')}{'' if seen == version else ', behind'}")

    # --- making

    def do_provision(self, **options: Any) -> None:
        wall = actions.make_wall()
        self._tell(
            options, {"wall": wall.name, "version": wall.version}, f"{wall.name} is made and waits for a vendor."
        )

    def do_spares(self, *, count: int, **options: Any) -> None:
        missing = max(count - Wall.objects.filter(state=WallState.SPARE).count(), 0)
        with _bar("Shops made") as bar:
            for made in range(missing):
                bar.at(made, missing)
                actions.make_wall()
        self._tell(
            options, {"made": missing, "spares": count}, f"{counted(missing, 'spare shop', 'spare shops')} made."
        )

    # --- keeping

    def do_migrate(self, *, only: list[str], plan: bool, **options: Any) -> None:
        names = _walls_called(only)
        version = shop_sql.fingerprint()
        if plan:
            self._tell_plan(options, version, replay.plan(version, names))
            return
        try:
            with _bar("Shops migrated") as bar:
                outcome = actions.migrate_shops(version, bar.at, names)
        except (actions.ReleaseRunning, replay.ReleaseStopped) as stopped:
            raise CommandError(str(stopped)) from stopped
        reasons = dict(Wall.objects.filter(state=WallState.QUARANTINED).values_list("name", "reason"))
        for name in outcome.quarantined:
            self.stderr.write(f"quarantined: {name}: {reasons.get(name, '')}")
        for name in outcome.busy:
            self.stderr.write(f"in use, left for the next run: {name}")
        self._tell(
            options,
            {
                "version": version,
                "migrated": outcome.migrated,
                "quarantined": {name: reasons.get(name, "") for name in outcome.quarantined},
                "busy": outcome.busy,
            },
            f"{counted(outcome.migrated, 'shop', 'shops')} migrated to {version}.",
        )
        if outcome.quarantined or outcome.busy:
            raise CommandError("Some shops are behind; mend what is named above and run this again.", returncode=LEFT)

    def _tell_plan(self, options: dict[str, Any], version: str, planned: list[replay.Planned]) -> None:
        if options["json"]:
            groups = [
                {
                    "from": each.version,
                    "spares": each.spares,
                    "shops": each.shops,
                    "migrations": list(each.migrations),
                    "as": "text" if each.is_text else "python",
                }
                for each in planned
            ]
            self.stdout.write(json.dumps({"version": version, "groups": groups}, indent=2))
            return
        for each in planned:
            how = "replayed as text" if each.is_text else "run shop by shop, for it cannot be had as text"
            self.stdout.write(
                f"{each.version}: {counted(each.spares, 'spare', 'spares')} and {counted(each.shops, 'shop', 'shops')}, {how}"
            )
            for name in each.migrations:
                self.stdout.write(f"    {name}")
        if not planned:
            self.stdout.write("Every shop is up to date.")

    def do_drift(self, *, mend: bool, **options: Any) -> None:
        mended = mend_rights() if mend else 0
        differences = check()
        for difference in differences:
            self.stderr.write(difference)
        self._tell(
            options,
            {"mended_shops": mended, "differences": differences},
            f"Rights made again in {counted(mended, 'shop', 'shops')}." if mend else "",
        )
        if differences:
            raise CommandError(
                f"{counted(len(differences), 'difference', 'differences')}: `shops drift --mend` makes rights and policies "
                "again, the rest needs a person.",
                returncode=LEFT,
            )
        if not options["json"]:
            self.stdout.write("Every shop is as declared, and none is quarantined.")

    # --- carrying

    def do_export(self, *, slug: str, file: Path, **options: Any) -> None:
        told = self._export(_vendor(slug), file)
        self._tell(
            options,
            told,
            f"{file}: {counted(told['rows'], 'row', 'rows')} of {told['tables']} tables, "
            f"{counted(told['files'], 'file', 'files')}; sha256 {told['sha256']}",
        )

    def _export(self, vendor: Vendor, file: Path) -> dict[str, Any]:
        """Written beside its place and put there whole: what has the name is complete."""
        try:
            with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as out:
                try:
                    with _bar("Tables exported") as bar:
                        manifest = exporting.export_shop(vendor=vendor, out=out, note=bar.at)
                    out.flush()
                    checksum = exporting.checksum_of(out)
                    os.replace(out.name, file)
                except BaseException:
                    os.unlink(out.name)
                    raise
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}") from error
        for name in manifest.missing_files:
            self.stderr.write(f"named by the shop, and not there: {name}")
        return {
            "vendor": vendor.slug,
            "version": manifest.version,
            "tables": len(manifest.tables),
            "rows": manifest.rows,
            "files": len(manifest.files),
            "missing_files": manifest.missing_files,
            "sha256": checksum,
        }

    def do_restore(self, *, slug: str, file: Path, **options: Any) -> None:
        vendor = _vendor(slug)
        try:
            with file.open("rb") as source, _bar("Tables restored") as bar:
                restored = restoring.restore_shop(
                    vendor=vendor,
                    file=source,
                    into_new=options["new_schema"],
                    replace=options["replace"],
                    with_files=not options["without_media"],
                    note=bar.at,
                )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        manifest = restored.manifest
        self._tell(
            options,
            {
                "vendor": slug,
                "wall": restored.wall.name,
                "made_at": manifest.made_at,
                "tables": len(manifest.tables),
                "rows": manifest.rows,
                "files_stored": restored.files_stored,
            },
            f"{slug} is as it was at {manifest.made_at}: {counted(manifest.rows, 'row', 'rows')}, proved by checksum; "
            f"{counted(restored.files_stored, 'file', 'files')} stored.",
        )

    def do_move(self, *, slug: str, cluster: str, **options: Any) -> None:
        with _bar("Tables moved") as bar:
            moved = moving.move_shop(vendor=_vendor(slug), cluster=cluster, note=bar.at)
        self._tell(
            options,
            {
                "vendor": slug,
                "wall": moved.wall.name,
                "cluster": cluster,
                "rows": moved.rows,
                "tables": len(moved.tables),
                "kept": moved.old.name,
                "kept_until": moved.old.drop_after.isoformat() if moved.old.drop_after else None,
            },
            f"{slug} is on {cluster}: {counted(moved.rows, 'row', 'rows')} of {len(moved.tables)} tables, proved by "
            f"checksum. What it left is kept as {moved.old.name}."
            + ("" if cluster == "main" else " It is out of service until it is back on main."),
        )

    # --- ending

    def do_close(self, *, slug: str, reason: str, export: Path | None, **options: Any) -> None:
        vendor = _vendor(slug)
        if vendor.state != VendorState.CLOSING:
            vendor = leaving.begin_closing(vendor=vendor, by=None, reason=reason)
        told: dict[str, Any] = {"vendor": slug, "state": vendor.state, "obstacles": []}
        obstacles = leaving.obstacles_to_closing(vendor)
        try:
            if not obstacles:
                handed = ""
                if export is not None:
                    told["export"] = self._export(vendor, export)
                    handed = told["export"]["sha256"]
                vendor = leaving.close_vendor(vendor=vendor, by=None, handed_over=handed)
        except leaving.StillOpen as still:
            obstacles = still.obstacles
        told |= {"state": vendor.state, "obstacles": obstacles}
        for obstacle in obstacles:
            self.stderr.write(f"open: {obstacle}")
        words = (
            "closed; its shop is kept for a while and then dropped" if not obstacles else "closing: it sells no more"
        )
        self._tell(options, told, f"{slug} is {words}.")
        if obstacles:
            raise CommandError("It can be closed when nothing is open any more; run this again then.", returncode=LEFT)

    def do_reopen(self, *, slug: str, **options: Any) -> None:
        vendor = leaving.reopen_vendor(vendor=_vendor(slug), by=None)
        has_shop = "with its shop" if vendor.schema_name else "and gets a new shop: restore its export into it"
        self._tell(options, {"vendor": slug, "state": vendor.state}, f"{slug} is {vendor.state} again, {has_shop}.")

    def do_drop(self, *, plan: bool, **options: Any) -> None:
        due = [wall.name for wall in retiring.due()]
        if not plan:
            retiring.drop_due()
        words = "would be dropped" if plan else "dropped"
        self._tell(options, {"walls": due}, f"{counted(len(due), 'shop', 'shops')} {words}. {' '.join(due)}".strip())

    def _tell(self, options: dict[str, Any], told: dict[str, Any], words: str) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
        elif words:
            self.stdout.write(words)


@contextmanager
def _bar(words: str) -> Iterator[Bar]:
    bar = Bar(words)
    try:
        yield bar
    finally:
        bar.end()


def _row(widths: tuple[int, ...], *cells: str) -> str:
    *first, last = cells
    return (" ".join(cell.ljust(width) for cell, width in zip(first, widths, strict=True)) + " " + last).rstrip()


def _vendor(slug: str) -> Vendor:
    found = Vendor.objects.filter(slug__iexact=slug).first()
    if found is None:
        raise CommandError(f"There is no vendor “{slug}”.")
    return found


def _walls_called(words: list[str]) -> list[str]:
    """Names of walls, from those names or from vendors' slugs."""
    names = []
    for word in words:
        if Wall.objects.filter(name=word).exists():
            names.append(word)
        elif schema := _vendor(word).schema_name:
            names.append(schema)
        else:
            raise CommandError(f"{word} has no shop.")
    return names
