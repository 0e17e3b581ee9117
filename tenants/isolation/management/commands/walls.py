"""`manage.py walls bootstrap | apply | check | spares N | prepare N`: roles, grants, policies and prepared shops."""

import os
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from kit.progress import Bar
from tenants.isolation import actions, roles
from tenants.isolation.drift import drift
from tenants.isolation.models import Wall


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # it must run before anything else can
    help = "Make the roles and the database, apply grants and policies, check for drift, make spare shops."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="do", required=True)
        commands.add_parser("bootstrap", help="make roles and database (as superuser: DATABASE_ADMIN_URL, or embedded)")
        commands.add_parser("apply", help="grants, policies, the shop script, and shops that are behind")
        commands.add_parser("check", help="exit 1 where the database differs from what is declared")
        spares = commands.add_parser("spares", help="make prepared shops until N wait")
        spares.add_argument("count", type=int)
        prepare = commands.add_parser("prepare", help="bootstrap, migrate, apply and N spares, in one process")
        prepare.add_argument("count", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"do_{options['do']}")(**options)

    def do_bootstrap(self, **_: Any) -> None:
        made, open_functions = bootstrap()
        if open_functions:
            self.stderr.write(
                f"This admin is no superuser and cannot close {len(open_functions)} functions to vendors' roles: "
                f"{', '.join(open_functions)}. See docs/guides/aws.md; `walls check` needs SOUK_CLOUD_DATABASE=1 from now on."
            )
        self.stdout.write(
            f"Roles are in place; database {settings.DATABASES['default']['NAME']} {'made' if made else 'was there'}."
        )

    def do_apply(self, **_: Any) -> None:
        bar = Bar("Shops brought up to date")
        try:
            applied = actions.apply(bar.at)
        finally:
            bar.end()
        shops = applied.shops
        self.stdout.write(
            f"Grants and policies {f'made on {applied.tables} tables' if applied.tables else 'are in place'}; "
            f"{applied.scripts} shop script made; "
            f"{shops.migrated} shops brought up to date."
        )
        for name in shops.quarantined:
            self.stderr.write(f"quarantined: {name}: {Wall.objects.get(name=name).reason}")
        for name in shops.busy:
            self.stderr.write(f"in use, left for the next run: {name}")
        if shops.quarantined or shops.busy:
            raise CommandError("some shops are behind; mend what is named above and run this again")

    def do_check(self, **_: Any) -> None:
        differences = drift()
        if os.environ.get("SOUK_CLOUD_DATABASE") != "1":
            with connection.cursor() as cursor:
                differences += [f"function pg_catalog.{name}: open to vendors" for name in roles.left_open(cursor)]
        for difference in differences:
            self.stderr.write(difference)
        if differences:
            raise CommandError(
                f"{len(differences)} differences; `manage.py shops drift --mend` mends rights and policies"
            )
        self.stdout.write("The database enforces what is declared.")

    def do_spares(self, count: int, **_: Any) -> None:
        self.stdout.write(f"{actions.fill_spares(count)} spare shops made.")

    def do_prepare(self, count: int, **_: Any) -> None:
        self.do_bootstrap()
        call_command("migrate", verbosity=0, skip_checks=True)
        self.do_apply()
        self.do_spares(count)


def bootstrap() -> tuple[bool, list[str]]:
    """Roles and database, as superuser or a cloud's admin. Passwords come from the secrets of each role.

    Gives whether the database was made, and the functions that this admin cannot close to vendors.
    """
    name = str(settings.DATABASES["default"]["NAME"])
    passwords = {role: settings.SECRET_OF(role) for role in roles.LOGINS}
    with psycopg.connect(_admin("postgres"), autocommit=True) as admin:
        roles.make_roles(admin, passwords)
        made = roles.make_database(admin, name)
    with psycopg.connect(_admin(name), autocommit=True) as admin:
        roles.prepare_database(admin)
        return made, roles.left_open(admin)


def _admin(database: str) -> str:
    """Connection string of the superuser."""
    url = os.environ.get("DATABASE_ADMIN_URL")
    if url:
        return psycopg.conninfo.make_conninfo(url, dbname=database)
    if not settings.EMBEDDED_POSTGRES:
        raise CommandError("DATABASE_ADMIN_URL is not set: roles and database are made by a superuser")
    from embedded.servers import ensure_postgres

    address = ensure_postgres(settings.WORLD)
    return psycopg.conninfo.make_conninfo(
        host=str(address.host), port=address.port, user=address.superuser, password=address.password, dbname=database
    )
