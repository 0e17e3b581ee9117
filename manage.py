#!/usr/bin/env python3
"""Souk's command line. With nothing configured it works on the demo world (`var/demo`)."""

import os
import sys
from pathlib import Path

# As which process a command runs: what builds schemas or roles as the builder, what plays a whole market as all of them
# (never in production), everything else as the platform.
PROCESS_OF = {
    **dict.fromkeys(("migrate", "walls", "builder", "makemigrations"), "builder"),
    # Those of `shops` that make, build or drop schemas; it looks, exports and closes as the platform.
    **dict.fromkeys([f"shops {do}" for do in ("provision", "spares", "migrate", "drift", "move", "drop")], "builder"),
    **dict.fromkeys(("demo", "journey", "seed", "bench", "screens"), "journey"),
}
# Commands that work in a world of their own: its name, and the first of its four ports.
OWN_WORLDS = {"journey": ("journey", 8010), "bench": ("bench", 8020)}


def main() -> None:
    here = Path(__file__).resolve().parent
    # `platform/` is a source root: its packages are imported by their own names.
    for root in (here / "platform", here):
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    both = " ".join(word for word in sys.argv[1:] if not word.startswith("-"))
    process = PROCESS_OF.get(command) or PROCESS_OF.get(" ".join(both.split()[:2]), "office")
    os.environ.setdefault("SOUK_PROCESS", process)
    if PROCESS_OF.get(command) == "journey" and os.environ.get("SOUK_ENV") == "production":
        sys.exit(f"manage.py {command} plays a whole market in every role. It is refused in production (SOUK_ENV).")
    if command in OWN_WORLDS:
        # A world and ports of its own, so that it can run beside a demo.
        world, port = OWN_WORLDS[command]
        os.environ["SOUK_WORLD"] = os.environ.get(f"SOUK_{command.upper()}_WORLD", world)
        for number, name in enumerate(("MARKET", "PORTAL", "OFFICE", "SANDBOX")):
            os.environ.setdefault(f"SOUK_{name}_PORT", str(port + number))
    if command == "journey":
        os.environ.setdefault(
            "SOUK_STRIPE_CAPTURE",
            str(here / os.environ.get("SOUK_VAR", "var") / os.environ["SOUK_WORLD"] / "stripe.jsonl"),
        )
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
