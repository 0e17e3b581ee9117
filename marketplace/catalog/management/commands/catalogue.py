"""`manage.py catalogue drift | repair [--vendor SLUG]`: does the unified catalogue say what the shops say?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.catalog.drift import drift, repair
from tenants.vendors.models import Vendor

SHOWN = 20


class Command(BaseCommand):
    help = "Compare the unified catalogue with every shop (exit 1 where they differ), or project the shops anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=["drift", "repair"])
        parser.add_argument("--vendor", default="", metavar="SLUG", help="this vendor alone")

    def handle(self, *args: Any, do: str, vendor: str, **options: Any) -> None:
        vendors = list(Vendor.objects.filter(slug=vendor) if vendor else Vendor.objects.order_by("slug"))
        if not vendors:
            raise CommandError(f"There is no vendor “{vendor}”." if vendor else "There are no vendors.")
        differing = 0
        for each in vendors:
            if do == "repair":
                repair(each)
            found = drift(each)
            differing += len(found)
            for difference in found[:SHOWN]:
                self.stderr.write(f"{each.slug}: {difference}")
            if len(found) > SHOWN:
                self.stderr.write(f"{each.slug}: and {len(found) - SHOWN} more")
        if differing:
            raise CommandError(
                f"{differing} differences in {len(vendors)} shops; `manage.py catalogue repair` mends them"
            )
        self.stdout.write(f"The catalogue says what the shops say: {len(vendors)} of them.")
