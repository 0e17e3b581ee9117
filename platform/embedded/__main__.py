"""`python -m embedded status|start|stop [--world demo]`: look after a world's servers by hand."""

import argparse
import sys

from embedded import EmbeddedError, World, current_world, ensure_postgres, ensure_valkey, status, stop


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m embedded", description="A world's PostgreSQL and Valkey.")
    parser.add_argument("action", choices=["status", "start", "stop"], help="start keeps them running until stop")
    parser.add_argument("--world", help="demo, journey, test ... (default: SOUK_WORLD, else demo)")
    options = parser.parse_args()
    try:
        world = World.named(options.world) if options.world else current_world()
        if options.action == "start":
            ensure_postgres(world, keep=True)
            ensure_valkey(world, keep=True)
        elif options.action == "stop":
            stop(world)
        for server in status(world):
            state = "ready" if server.ready else "not ready" if server.server else "stopped"
            process = f" (process {server.server}, supervisor {server.supervisor})" if server.server else ""
            sys.stdout.write(f"{server.kind}: {state}{process}\n")
        if options.action == "start":
            sys.stdout.write(f"sockets: {world.run}\nsecrets: {world.secrets}\n")
    except (EmbeddedError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
