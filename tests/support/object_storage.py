"""A real S3 server for tests: it enforces signatures, expiry and what each key may do. The fixture is `buckets`."""

import ctypes
import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from config.object_storage import S3, storages_of

PUBLIC, PRIVATE = "souk-public", "souk-private"
# Who may do what at the server, by the name that is also the access key; its secret is "secret-of-" and the name.
IDENTITIES = {
    "anonymous": [f"Read:{PUBLIC}"],
    "admin": ["Admin"],
    "portal": [f"{verb}:{bucket}" for bucket in (PUBLIC, PRIVATE) for verb in ("Read", "Write", "List")],
    "documents": [f"{verb}:{PRIVATE}" for verb in ("Read", "List")],
    "office": [f"Read:{PUBLIC}"],
}
PARTS = ("master", "volume", "filer", "s3")
PORTS = [f"-{part}.port{kind}" for part in PARTS for kind in ("", ".grpc")]


class S3Process:
    """`weed server` with its S3 gateway on free ports of 127.0.0.1; its data lie in `directory`."""

    def __init__(self, directory: Path):
        self.log = directory / "log"
        config = directory / "identities.json"
        config.write_text(json.dumps({"identities": [_identity(name, may) for name, may in IDENTITIES.items()]}))
        for attempt in range(3):
            data = directory / f"data-{attempt}"
            data.mkdir()
            ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
            self.url = f"http://127.0.0.1:{ports['-s3.port']}"
            # The server makes these itself, wherever its data lie.
            self._sockets = [Path(f"/tmp/seaweedfs-{part}-grpc-{ports[f'-{part}.port.grpc']}.sock") for part in PARTS]
            command = [
                *(str(Path(sys.executable).with_name("weed")), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
                *("-filer", "-s3", f"-dir={data}", f"-s3.config={config}", "-s3.iam=false"),
                *("-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=20", "-master.volumeSizeLimitMB=64"),
                *("-master.telemetry=false", f"-filer.localSocket={data}/filer", f"-s3.localSocket={data}/s3"),
                *(f"{name}={port}" for name, port in ports.items()),
            ]
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=data, preexec_fn=_end_with_parent)
            if self._answers():
                return
            self.stop()
        raise RuntimeError(f"the S3 server did not start:\n{self.log.read_text()[-4000:]}")

    def _answers(self) -> bool:
        """Until it takes an object in each bucket."""
        self.admin = client = self.client("admin")
        end = time.monotonic() + 30
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/healthz", trust_env=False).status_code == 200:
                    for bucket in (PUBLIC, PRIVATE):
                        client.create_bucket(Bucket=bucket)
                        client.put_object(Bucket=bucket, Key="ready", Body=b"")
                    return True
            except (httpx.HTTPError, client.exceptions.ClientError):
                pass
            time.sleep(0.05)
        return False

    def client(self, name: str) -> Any:
        """boto3's client with that identity's keys."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="eu-central-1",
            aws_access_key_id=name,
            aws_secret_access_key=f"secret-of-{name}",
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )

    def settings(self, name: str = "portal", **changes: str) -> S3:
        """What a process that holds this identity's keys would be told."""
        said = {
            "public_bucket": PUBLIC,
            "private_bucket": PRIVATE,
            "public_url": f"{self.url}/{PUBLIC}",
            "region": "eu-central-1",
            "endpoint": self.url,
            "access_key": name,
            "secret_key": f"secret-of-{name}",
        }
        return S3(**{**said, **changes})

    def stop(self) -> None:
        """At once: asked politely, it first waits ten seconds for others of its kind; and its data are thrown away."""
        self._process.kill()
        self._process.wait()
        for made in self._sockets:
            made.unlink(missing_ok=True)


class Buckets:
    """The server as seen from outside, and the product's settings leading to it."""

    def __init__(self, process: S3Process, settings: Any):
        self._process, self._settings = process, settings
        self.url = process.url
        self.look = process.admin
        self.http = httpx.Client(trust_env=False)

    def use(self, name: str = "portal", *, serves_vendors: bool = True, **changes: str) -> None:
        """Work with this identity's keys from now on; `changes` to what the process is told."""
        from config.middleware import content_security_policy

        self._settings.S3 = self._process.settings(name, **changes)
        self._settings.MEDIA_URL = f"{self._settings.S3.public_url}/"
        self._settings.STORAGES = {
            **self._settings.STORAGES,
            **storages_of(self._settings.S3, private_root=Path("/nowhere"), serves_vendors=serves_vendors),
        }
        content_security_policy.cache_clear()

    def break_off(self) -> None:
        """From now on nothing answers where the server was."""
        self.use(endpoint=f"http://127.0.0.1:{_free_ports(1)[0]}")

    def lose_key(self) -> None:
        """From now on the secret is not the one the server knows."""
        self.use(secret_key="not it")

    def keys(self, bucket: str, prefix: str) -> list[str]:
        found = self.look.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return sorted(each["Key"] for each in found)


def _identity(name: str, actions: list[str]) -> dict[str, Any]:
    keys = {"credentials": [{"accessKey": name, "secretKey": f"secret-of-{name}"}]}
    return {"name": name, "actions": actions, **({} if name == "anonymous" else keys)}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _end_with_parent() -> None:
    """Linux kills the server when the tests die, however they die."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
