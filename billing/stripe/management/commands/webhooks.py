"""`manage.py webhooks register`: tell Stripe (or the sandbox) where to send its events."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.stripe.webhooks import register_endpoints, url_of
from kit.errors import SoukError


class Command(BaseCommand):
    help = "Register our webhook endpoints with the payment provider, and keep their signing secrets. May be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["register"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = register_endpoints()
        except SoukError as error:
            raise CommandError(str(error)) from error
        if not made:
            self.stdout.write("All three endpoints are registered already.")
        for endpoint, secret in made.items():
            self.stdout.write(f"Registered {url_of(endpoint)}")
            if settings.WORLD is None:
                # Stripe shows it once, now; without a folder of our own the operator must put it into the environment.
                self.stdout.write(f"  STRIPE_WEBHOOK_SECRET_{endpoint.upper()}={secret}")
