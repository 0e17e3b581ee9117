#!/usr/bin/env python3
"""Puts a value into every secret that Terraform made a place for and that has none yet.

    terraform output -json souk | ../../fill_secrets.py

Makes what is to be random, sets the password of each Valkey user, and makes the key for mail. Values go to AWS and nowhere
else: not to the screen, not to an argument, not to a file. A secret that has a value keeps it, so it is safe to repeat.
Tells which are left: those that others give you. Needs Python 3.11 and the AWS command line, signed in.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
from typing import Any

MAIL = ("SMTP_USER", "SMTP_PASSWORD")


def aws(*command: str, **request: Any) -> dict[str, Any]:
    """One call; the request goes in by standard input, where nobody else on this machine can read it."""
    done = subprocess.run(
        ["aws", *command, "--output", "json", "--cli-input-json", "file:///dev/stdin"],
        input=json.dumps(request),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout or "{}")
    return answer


def is_empty(secret: str) -> bool:
    return not aws("secretsmanager", "describe-secret", SecretId=secret).get("VersionIdsToStages")


def put(secret: str, value: str) -> None:
    aws("secretsmanager", "put-secret-value", SecretId=secret, SecretString=value)


def smtp_password(secret_key: str, region: str) -> str:
    """The SMTP password that SES derives from an access key: Signature Version 4 over constants, and a version byte."""
    signature = f"AWS4{secret_key}".encode()
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = hmac.digest(signature, part.encode(), hashlib.sha256)
    return base64.b64encode(b"\x04" + signature).decode()


def fill(souk: dict[str, Any]) -> list[str]:
    """Fills what can be made; gives the names of those that stay empty. `souk` is Terraform's output of that name."""
    valkey = souk["valkey"]
    places = {
        (variable, secret): process for process, held in souk["secrets"].items() for variable, secret in held.items()
    }
    empty = {place: process for place, process in places.items() if is_empty(place[1])}
    left = []
    for (variable, secret), process in empty.items():
        if variable == "REDIS_URL":
            user, password = valkey["user_names"][secret.rsplit("/valkey-", 1)[1]], secrets.token_hex(32)
            # The user first: should we be interrupted, the secret is still empty and both are made anew.
            mode = {"Type": "password", "Passwords": [password]}
            aws("elasticache", "modify-user", UserId=user, AuthenticationMode=mode)
            put(secret, f"rediss://{user}:{password}@{valkey['address']}:{valkey['port']}/0?ssl_cert_reqs=required")
        elif variable.startswith("SOUK_"):
            put(secret, secrets.token_hex(32))
        elif variable not in MAIL:
            left.append(f"{secret} ({variable} of {process})")
    mail = {variable: secret for variable, secret in places if variable in MAIL}
    if any((variable, secret) in empty for variable, secret in mail.items()):
        key = aws("iam", "create-access-key", UserName=souk["smtp_user_name"])["AccessKey"]
        put(mail["SMTP_PASSWORD"], smtp_password(key["SecretAccessKey"], souk["region"]))
        put(mail["SMTP_USER"], key["AccessKeyId"])
    return left


if __name__ == "__main__":
    for name in fill(json.load(sys.stdin)):
        print(f"still empty: {name}")  # noqa: T201
