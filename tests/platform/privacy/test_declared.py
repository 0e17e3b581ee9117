"""Every field that looks as if it told of a person says what becomes of it, or why it tells of no customer."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import models

from config.personal import IMPERSONAL
from kit.ids import uuid7
from kit.personal import Person, personal_of

TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)
LOOKS_PERSONAL = re.compile(
    r"(^|_)(name|email|mail|phone|address|street|line1|line2|city|postal|to|ip|agent|texts?|words|note|reason|message"
    r"|author|payer|holder|iban|body|html|subject|answer|comment|person|customer|caller|content|small|data|payload|digest"
    r"|url|reminder|tracking|country|preview|asked|reply|title|company|vat_id)(_|$)"
)


def looking_personal() -> Iterator[tuple[str, str]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, TEXT) and not field.choices and LOOKS_PERSONAL.search(field.name):
                yield model._meta.label, field.name


def test_every_field_that_looks_personal_is_declared_or_tells_of_nobody() -> None:
    nobodys = {(label, name) for of in IMPERSONAL.values() for label, names in of.items() for name in names.split()}
    declared = {
        (model._meta.label, name)
        for model in apps.get_models()
        if (found := personal_of(model)) is not None
        for name in found.declared
    }
    looking = set(looking_personal())
    assert len(looking) > 150
    assert sorted(looking - declared - nobodys) == []
    assert sorted(nobodys - looking) == []  # gone, or renamed
    assert sorted(nobodys & declared) == []


def test_what_is_declared_is_there_and_every_lookup_finds() -> None:
    person = Person(uuid7(), frozenset(["ada@vermeer.example"]), (uuid7(),))
    for model in apps.get_models():
        personal = personal_of(model)
        if personal is None:
            continue
        names = {field.name for field in model._meta.local_concrete_fields} | {
            field.attname for field in model._meta.local_concrete_fields
        }
        assert personal.declared <= names, model
        assert personal.finds, model
        str(model._base_manager.filter(personal.of(person)).query)  # a lookup that is none raises


def test_of_nobody_nothing_is_found() -> None:
    """Were no condition made of it, a lookup would find everybody's."""
    for model in apps.get_models():
        personal = personal_of(model)
        if personal is not None:
            with pytest.raises(EmptyResultSet):
                str(model._base_manager.filter(personal.of(Person(None))).query)
