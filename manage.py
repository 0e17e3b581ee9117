#!/usr/bin/env python3
"""Souk's command line. With nothing configured it works on the demo world (`var/demo`)."""

import os
import sys
from pathlib import Path


def main() -> None:
    here = Path(__file__).resolve().parent
    # `platform/` is a source root: its packages are imported by their own names.
    for root in (here / "platform", here):
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Commands that build schemas or roles run as the builder; everything else as the platform.
    building = {"migrate", "walls", "builder", "createcachetable"}
    os.environ.setdefault("SOUK_PROCESS", "builder" if building & set(sys.argv[1:2]) else "office")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
