from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.handoff import publish_verifying_key


class Command(BaseCommand):
    help = "Write and print the public key by which portals and back office check the marketplace's sign-in codes."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.HANDOFF_SIGNING_KEY:
            raise CommandError("Run this as the marketplace: SOUK_PROCESS=web manage.py handoff_key")
        self.stdout.write(publish_verifying_key().decode().strip())
        self.stderr.write(f"written to {settings.HANDOFF_VERIFYING_KEY_FILE}")
