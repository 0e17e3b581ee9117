"""The design system stands alone: its tests render without the context that pages of the trade bring."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.conf import settings
from django.test import override_settings


@pytest.fixture(scope="module", autouse=True)
def no_context_of_the_trade() -> Iterator[None]:
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"] = ["django.template.context_processors.request"]
    with override_settings(TEMPLATES=templates):
        yield
