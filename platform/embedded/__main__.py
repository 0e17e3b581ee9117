"""`python -m embedded status|start|stop [--world demo]`: look after a world's servers by hand."""

import argparse
import sys

from embedded import EmbeddedError, World, current_world, ensure_postgres, ensure_valkey, status, stop


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m embedded", description="A world's PostgreSQL and Valkey."
    )
    parser.add_argument(
        "action", choices=["status", "start", "stop"], help="start keeps them running until stop"
    )
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
            print(f"{server.kind}: {state}{process}")
        if options.action == "start":
            print(f"sockets: {world.run}\nsecrets: {world.secrets}")
    except (EmbeddedError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
