"""From what models declare (`kit.access`) to what the database enforces: grants and row-level security.

`apply` makes it so, in one transaction; `tenants.isolation.drift` says where the database differs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from kit.access import Access, access_of
from kit.sound import conditions_of

ROLES = ("store", "platform", "doorman", "vendor_base")
_RIGHT = re.compile(r"(select|insert|update|delete)(?:\(([a-z0-9_, ]+)\))?")

VENDOR_OF_SESSION = """
    CREATE OR REPLACE FUNCTION souk.vendor_of_session() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog
    AS $$ SELECT vendor_id FROM public.isolation_wall WHERE name = session_user AND state = 'assigned' $$
"""


class UndeclaredTable(Exception):
    """A public table says nowhere who may touch it."""


class TooMuch(Exception):
    """A right that a vendor's role must not have on a table that vendors share."""


@dataclass(frozen=True)
class Reference:
    """A column of a walled table that refers to another walled table."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class Table:
    name: str
    access: Access
    vendor_column: str | None
    columns: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    # (column, condition): what a vendor may write must be readable to everybody else (`kit.sound`).
    sound: tuple[tuple[str, str], ...] = ()

    @property
    def is_walled(self) -> bool:
        return bool(self.vendor_column or self.access.vendor_where)

    def rights(self, role: str) -> list[tuple[str, tuple[str, ...]]]:
        """[(privilege, columns)] of a role, no columns meaning the whole table.

        A vendor's UPDATE always names columns: with the right to update a whole table goes LOCK TABLE, by which one vendor
        could keep all others (and the checkout) waiting. DELETE cannot name any, so no vendor has it: raises TooMuch.
        """
        text = {"store": self.access.store, "platform": self.access.platform, "doorman": self.access.doorman}.get(
            role, self.access.vendor
        )
        found = [
            (match[1].upper(), tuple(part.strip() for part in (match[2] or "").split(",") if part.strip()))
            for match in _RIGHT.finditer(text)
        ]
        if _RIGHT.sub("", text).strip():
            raise ValueError(f"{self.name}: cannot read the rights {text!r}")
        if role == "vendor_base":
            if any(privilege == "DELETE" for privilege, _ in found):
                raise TooMuch(f"{self.name}: a vendor that may delete could also lock the table for all others")
            found = [
                (privilege, columns or self.columns if privilege == "UPDATE" else columns)
                for privilege, columns in found
            ]
        return found

    def policies(self) -> Iterator[tuple[str, str, str, str, str]]:
        """(name, command, role, using, with check) of each policy; none for a table that nothing walls."""
        if not self.is_walled:
            return
        for role in ("owner", "store", "platform", "doorman"):
            yield f"{role}_all", "ALL", role, "true", "true"
        if self.name == "isolation_wall":
            yield "wall_reader_all", "SELECT", "wall_reader", "true", ""
        own = f"({self.access.vendor_where or f'{self.vendor_column} = (SELECT souk.vendor_of_session())'})"
        conditions = [own, *(f"({reference})" for reference in self._own_references())]
        if self.access.vendor_check:
            conditions.append(f"({self.access.vendor_check})")
        for privilege, columns in self.rights("vendor_base"):
            sound = [f"({condition})" for column, condition in self.sound if not columns or column in columns]
            check = " AND ".join([*conditions, *sound])
            everything = privilege == "SELECT" and self.access.vendor_rows == "all"
            using = "true" if everything else own
            yield (
                f"vendor_{privilege.lower()}",
                privilege,
                "vendor_base",
                "" if privilege == "INSERT" else using,
                check if privilege in ("INSERT", "UPDATE") else "",
            )

    def create_policies(self, schema: str) -> Iterator[str]:
        """The statements that make the policies, on the table of that name in `schema`."""
        for policy, command, role, using, check in self.policies():
            clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
            yield f'CREATE POLICY {policy} ON {schema}."{self.name}" FOR {command} TO {role}{clauses}'

    def _own_references(self) -> Iterator[str]:
        """What a vendor writes may refer to rows of its own only. The foreign key does not see to that: it is checked as the
        table's owner, whom no policy narrows. The subquery here is the vendor's, and finds only what it may read."""
        for reference in self.references:
            column = f'"{self.name}"."{reference.column}"'
            yield (
                f"{column} IS NULL OR EXISTS "
                f'(SELECT 1 FROM public."{reference.table}" own WHERE own."{reference.key}" = {column})'
            )


def public_tables() -> list[Table]:
    """Every table of the public schema with its declaration. Raises UndeclaredTable."""
    of_libraries: dict[str, Access] = import_string(settings.LIBRARY_ACCESS)
    found: list[Table] = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_config.name in settings.TENANT_APPS or not model._meta.managed or model._meta.proxy:
            continue
        access = access_of(model) or of_libraries.get(model._meta.db_table)
        if access is None:
            raise UndeclaredTable(
                f"{model._meta.db_table}: give {model.__name__} an `access`, or list it in config.access"
            )
        fields = model._meta.local_concrete_fields
        column = _vendor_column(model)
        references = [
            Reference(str(field.column), field.related_model._meta.db_table, str(field.target_field.column))
            for field in fields
            if isinstance(field, models.ForeignKey) and field.column != column and _vendor_column(field.related_model)
        ]
        columns = tuple(str(field.column) for field in fields)
        sound = tuple(conditions_of(model, columns))
        table = Table(model._meta.db_table, access, column, columns, tuple(references), sound)
        rights = {privilege for privilege, _ in table.rights("vendor_base")}
        if rights and not table.is_walled and (access.vendor_rows != "all" or rights != {"SELECT"}):
            raise TooMuch(f'{table.name}: no vendor_id walls it; a vendor may at most read it, as `vendor_rows="all"`')
        found.append(table)
    found.append(Table("django_migrations", of_libraries["django_migrations"], None))
    return sorted(found, key=lambda table: table.name)


def _vendor_column(model: type[models.Model]) -> str | None:
    if model._meta.label == "vendors.Vendor":
        return "id"
    columns = {field.column for field in model._meta.local_concrete_fields}
    return "vendor_id" if "vendor_id" in columns else None


def statements() -> Iterator[str]:
    """All of it as SQL, to be run as the owner."""
    yield "SET LOCAL ROLE wall_reader"
    yield VENDOR_OF_SESSION
    yield "REVOKE ALL ON FUNCTION souk.vendor_of_session() FROM PUBLIC"
    yield "GRANT EXECUTE ON FUNCTION souk.vendor_of_session() TO vendor_base, store, platform, doorman, owner"
    yield "SET LOCAL ROLE owner"
    for table in public_tables():
        name = f'public."{table.name}"'
        yield f"REVOKE ALL ON {name} FROM {', '.join(ROLES)}, wall_reader, PUBLIC"
        for role in ROLES:
            for privilege, columns in table.rights(role):
                of = "" if not columns else " (" + ", ".join(columns) + ")"
                yield f"GRANT {privilege}{of} ON {name} TO {role}"
        if table.name == "isolation_wall":
            yield f"GRANT SELECT (name, state, vendor_id) ON {name} TO wall_reader"
        secured = "ENABLE" if table.is_walled else "DISABLE"
        forced = "FORCE" if table.is_walled else "NO FORCE"
        yield f"ALTER TABLE {name} {secured} ROW LEVEL SECURITY, {forced} ROW LEVEL SECURITY"
        yield from table.create_policies("public")


def apply() -> int:
    """Make the database enforce what is declared; gives the number of tables. Runs as the owner."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
        for table, policy in cursor.fetchall():
            cursor.execute(f'DROP POLICY "{policy}" ON public."{table}"')
        for statement in statements():
            cursor.execute(statement)
    return len(public_tables())
