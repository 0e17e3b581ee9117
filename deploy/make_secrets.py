"""Makes every secret of an installation: `python3 deploy/make_secrets.py` (Python 3.11 or newer, no libraries).

Which process gets which stands in `platform/embedded/processes.py` and nowhere else. Writes a folder that only its owner
may enter: an environment file for each process with its own secrets and no others, those of the servers, and empty ones
for what only you can fill in (Stripe, mail). Writes nothing at all where the folder is not empty: secrets in use are not
replaced, and VENDOR_ROLE_KEY and MFA_KEY cannot be.
"""

import argparse
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "platform"))

from embedded.processes import REACH_FILES, SECRETS, valkey_rules  # noqa: E402

PROCESSES = [name for name in SECRETS if name != "sandbox"]
# The passwords that `walls bootstrap` sets; it works as the builder and, this once, as PostgreSQL's superuser.
ROLES = ("builder", "store", "platform", "doorman")
PUBLIC_BUCKET, PRIVATE_BUCKET = "souk-public", "souk-private"
YOURS = {
    "stripe": ("STRIPE_SECRET_KEY",),
    "stripe-webhooks": (
        "STRIPE_WEBHOOK_SECRET_PLATFORM",
        "STRIPE_WEBHOOK_SECRET_CONNECT",
        "STRIPE_WEBHOOK_SECRET_ACCOUNTS",
    ),
    "smtp": ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD"),
}
DEFAULTS = {"SMTP_PORT": "587"}


def secret() -> str:
    """256 bits."""
    return secrets.token_hex(32)


def files_of(postgres: str, valkey: str) -> dict[str, str]:
    """What is written: {name: content}. `postgres` and `valkey` are `host:port`."""
    value = {name: secret() for process in PROCESSES for name in SECRETS[process]}
    keys = {process: (secrets.token_hex(10).upper(), secret()) for process in REACH_FILES}
    superuser = secret()
    found: dict[str, str] = {}
    for process in PROCESSES:
        own = {_variable(name): value[name] for name in SECRETS[process] if not name.startswith("valkey-")}
        own["REDIS_URL"] = f"redis://{process}:{value[f'valkey-{process}']}@{valkey}/0"
        own["SOUK_METRICS_TOKEN"] = secret()
        if process in keys:
            own["SOUK_S3_ACCESS_KEY"], own["SOUK_S3_SECRET_KEY"] = keys[process]
        found[f"{process}.env"] = _lines(own)
    passwords = {_variable(role): value[role] for role in ROLES if role not in SECRETS["builder"]}
    found["bootstrap.env"] = found["builder.env"] + _lines(
        {**passwords, "DATABASE_ADMIN_URL": f"postgresql://postgres:{superuser}@{postgres}/postgres"}
    )
    found["postgres.env"] = _lines({"POSTGRES_PASSWORD": superuser})
    found |= {f"{name}.env": _lines({one: DEFAULTS.get(one, "") for one in names}) for name, names in YOURS.items()}
    found["users.acl"] = "".join(f"{line}\n" for line in _users(value))
    found["s3.json"] = json.dumps(_identities(keys), indent=2) + "\n"
    return found


def _variable(name: str) -> str:
    return "SOUK_SECRET_" + name.upper().replace("-", "_")


def _lines(values: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _users(value: dict[str, str]) -> Iterable[str]:
    """Valkey's users, by digests of their secrets. Nobody is let in without a name."""
    yield "user default off"
    for process in PROCESSES:
        digest = hashlib.sha256(value[f"valkey-{process}"].encode()).hexdigest()
        yield f"user {process} reset on #{digest} {valkey_rules(process)}"


# On the S3 server, by bucket; writing includes taking away.
RIGHTS = {
    "portal": {PUBLIC_BUCKET: ("Read", "Write", "List"), PRIVATE_BUCKET: ("Read", "Write", "List")},
    "shopworker": {PUBLIC_BUCKET: ("Read", "Write", "List"), PRIVATE_BUCKET: ("Read", "List")},
    # Statements and exports of the books: the worker makes them, the office hands them out.
    "worker": {PRIVATE_BUCKET: ("Read", "Write", "List")},
    "office": {PRIVATE_BUCKET: ("Read", "List")},
}


def _identities(keys: dict[str, tuple[str, str]]) -> dict[str, object]:
    """Who may do what on the S3 server. Without a name anybody may get a public picture, and see no list of them."""
    known: list[dict[str, object]] = [
        {
            "name": process,
            "credentials": [{"accessKey": access, "secretKey": key}],
            "actions": [f"{action}:{bucket}" for bucket, actions in RIGHTS[process].items() for action in actions],
        }
        for process, (access, key) in keys.items()
    ]
    return {"identities": [*known, {"name": "anonymous", "actions": [f"Read:{PUBLIC_BUCKET}"]}]}


def write(folder: Path, files: dict[str, str]) -> None:
    """Raises FileExistsError when something is there already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if there := sorted(path.name for path in folder.iterdir()):
        raise FileExistsError(
            f"{folder} holds {', '.join(there)}. Secrets in use are not replaced; nothing was written."
        )
    for name, content in files.items():
        # These two are read by the servers' own users in their containers; the folder keeps everybody else out.
        mode = 0o444 if name in ("users.acl", "s3.json") else 0o600
        with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make every secret of an installation.")
    parser.add_argument("--folder", type=Path, default=ROOT / "deploy" / "secrets")
    parser.add_argument("--postgres", default="postgres:5432", help="host:port, as the processes reach it")
    parser.add_argument("--valkey", default="valkey:6379", help="host:port, as the processes reach it")
    given = parser.parse_args()
    files = files_of(given.postgres, given.valkey)
    try:
        write(given.folder, files)
    except FileExistsError as error:
        sys.exit(str(error))
    print(f"{len(files)} files in {given.folder}. Keep a copy apart from the backups.")  # noqa: T201
    print("Fill in: " + ", ".join(f"{name}.env" for name in YOURS))  # noqa: T201


if __name__ == "__main__":
    main()
