"""`make demo` where it could not do what it says."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "STRIPE_SECRET_KEY"])
def test_the_demo_refuses_servers_that_are_not_its_own(name, monkeypatch):
    monkeypatch.setenv(name, "somewhere://else")
    with pytest.raises(CommandError, match=name):
        call_command("demo")
