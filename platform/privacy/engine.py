"""Finding, copying and erasing what is one person's, by what the models declare (`kit.personal`)."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.queries import confirmed_addresses
from kit.personal import ERASED_DOMAIN, Person, Personal, Pseudonym, personal_of


def person_of(user: User | None, email: str) -> Person:
    """An account with the addresses it has confirmed and the orders made with them; or a guest, known by one address.

    An address that was only typed in opens nothing: somebody else may have ordered with it.
    """
    emails = confirmed_addresses(user.id) if user is not None else frozenset([email.lower()])
    known = Person(user.id if user is not None else None, emails)
    find_orders = import_string(settings.EVENT_TABLE + ".ORDERS_OF_A_PERSON")
    return Person(known.user_id, known.emails, tuple(import_string(find_orders)(known)))


def pseudonym(of: UUID) -> str:
    """An address that nobody has."""
    return f"{of.hex}@{ERASED_DOMAIN}"


def declared(labels: Iterable[str] | None = None) -> Iterator[tuple[type[models.Model], Personal]]:
    """Every model of the public schema that may hold something of a customer's; or those of the apps named."""
    for model in apps.get_models():
        app = model._meta.app_config.name
        found = personal_of(model)
        wanted = app in labels if labels is not None else app not in settings.TENANT_APPS
        if found is not None and found.finds and wanted:
            yield model, found


def copy_of(person: Person) -> tuple[bytes, dict[str, int]]:
    """A zip with everything as JSON, as a page to read, and with pictures; and how many rows of what there are."""
    tables: dict[str, list[dict[str, Any]]] = {}
    pictures: dict[str, bytes] = {}
    for model, personal in declared():
        rows = [_shown(row, personal, pictures) for row in _rows(model, personal, person)]
        if rows:
            tables.setdefault(personal.title, []).extend(rows)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data.json", json.dumps(tables, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        readable = {title: [_readable(row) for row in rows] for title, rows in tables.items()}
        made.writestr("read-me.html", render_to_string("privacy/copy.html", {"tables": readable}))
        for name, content in pictures.items():
            made.writestr(name, content)
    return file.getvalue(), {title: len(rows) for title, rows in tables.items()}


def erase(person: Person, *, of: UUID, words_too: bool) -> dict[str, int]:
    """Blank or delete what is the person's, in the transaction that is open; gives how many rows of what. `of` makes the
    pseudonym. What the law keeps stays, as the models say."""
    counts: dict[str, int] = {}
    # Children before what they hang on, and rows to be deleted after those that are found through them.
    for model, personal in sorted(declared(), key=lambda each: bool(each[1].delete)):
        rows = model._base_manager.filter(personal.of(person, erasing=True))
        if personal.delete is True or (personal.delete == "choice" and words_too):
            done = rows.delete()[0]
        else:
            changes = {**personal.blank, **(personal.choice if words_too else {})}
            done = _blank(rows, changes, pseudonym(of)) if changes else 0
        if done:
            counts[personal.title] = counts.get(personal.title, 0) + done
    return counts


def _rows(model: type[models.Model], personal: Personal, person: Person) -> Iterable[models.Model]:
    return model._base_manager.filter(personal.of(person)).order_by("pk")


def _shown(row: models.Model, personal: Personal, pictures: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in row._meta.local_concrete_fields:
        name = field.name
        if name not in personal.declared or name in personal.hidden:
            continue
        value = getattr(row, field.attname)
        if isinstance(value, (bytes, memoryview)):
            path = f"pictures/{row._meta.model_name}-{row.pk}.webp"
            pictures[path], value = bytes(value), path
        found[name] = value
    return found


def _readable(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """Label and text of each field that says something; an address line by line."""
    return [(name.replace("_", " "), _flat(value)) for name, value in row.items() if value not in (None, "", {}, [])]


def _flat(value: Any) -> Any:
    return ", ".join(str(part) for part in value.values() if part) if isinstance(value, dict) else value


def _blank(rows: "models.QuerySet[Any]", changes: dict[str, Any], address: str) -> int:
    fixed = {
        name: address if isinstance(value, Pseudonym) else value
        for name, value in changes.items()
        if not callable(value)
    }
    made = {name: value for name, value in changes.items() if callable(value)}
    if not made:
        return rows.update(**fixed)
    done = 0
    for key, *old in list(rows.order_by("pk").values_list("pk", *made)):
        new = {name: made[name](value) for name, value in zip(made, old, strict=True)}
        done += rows.model._base_manager.filter(pk=key).update(**fixed, **new)
    return done
