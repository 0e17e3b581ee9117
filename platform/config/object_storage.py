"""Where pictures and documents lie: the variables `SOUK_S3_...` as Django's STORAGES; without any, folders.

Nothing here touches the network or the S3 client: settings import it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Nothing that means more than an address where it is written: in a header, a link.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?")


@dataclass(frozen=True, slots=True)
class S3:
    """Two buckets of one S3 server (or AWS, with no endpoint), and the addresses browsers know them by."""

    public_bucket: str
    private_bucket: str
    public_url: str
    region: str
    endpoint: str = ""
    download_endpoint: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)


def s3_from(env: Callable[[str, str], str], *, holds_keys: bool) -> S3 | None:
    """What the environment says; None when it names no S3. A process that holds no keys does not even read them.

    Raises ImproperlyConfigured, naming what is missing or contradicts itself.
    """
    found = S3(
        public_bucket=env("SOUK_S3_PUBLIC_BUCKET", ""),
        private_bucket=env("SOUK_S3_PRIVATE_BUCKET", ""),
        # Where browsers read public pictures: a CDN, or the public bucket itself.
        public_url=env("SOUK_S3_PUBLIC_URL", "").rstrip("/"),
        region=env("SOUK_S3_REGION", ""),
        endpoint=env("SOUK_S3_ENDPOINT", "").rstrip("/"),
        # The S3 server as browsers reach it, where that differs: a signature covers the host.
        download_endpoint=env("SOUK_S3_DOWNLOAD_ENDPOINT", "").rstrip("/"),
        access_key=env("SOUK_S3_ACCESS_KEY", "") if holds_keys else "",
        secret_key=env("SOUK_S3_SECRET_KEY", "") if holds_keys else "",
    )
    if found == S3("", "", "", ""):
        return None
    if wrong := list(_wrong(found)):
        raise ImproperlyConfigured("Pictures and documents on S3: " + "; ".join(wrong))
    return found


def _wrong(s3: S3) -> list[str]:
    wrong = [
        f"SOUK_S3_{name.upper()} is not set"
        for name in ("public_bucket", "private_bucket", "public_url", "region")
        if not getattr(s3, name)
    ]
    if bool(s3.access_key) != bool(s3.secret_key):
        missing = "SECRET" if s3.access_key else "ACCESS"
        wrong.append(f"SOUK_S3_{missing}_KEY is not set (both keys, or none where the machine has a role)")
    if s3.public_bucket and s3.public_bucket == s3.private_bucket:
        wrong.append("SOUK_S3_PUBLIC_BUCKET and SOUK_S3_PRIVATE_BUCKET are the same")
    for name in ("public_url", "endpoint", "download_endpoint"):
        if getattr(s3, name) and not _ADDRESS.fullmatch(getattr(s3, name)):
            wrong.append(f"SOUK_S3_{name.upper()} is not an address like https://files.example.com")
    return wrong


def seen_by_browsers(s3: S3) -> dict[str, str]:
    """The addresses that pages lead to, by the variable that says so; AWS's own are not among them."""
    found = {"SOUK_S3_PUBLIC_URL": s3.public_url}
    if s3.download_endpoint or s3.endpoint:
        found["SOUK_S3_DOWNLOAD_ENDPOINT"] = s3.download_endpoint or s3.endpoint
    return found


def storages_of(
    s3: S3 | None, *, private_root: Path, serves_vendors: bool, keeps_documents: bool | None = None
) -> dict[str, Any]:
    """`default` (public pictures), and `private` (documents, import files) for those who keep documents.

    Who serves vendors also writes pictures, and keeps documents unless it is said otherwise.
    """
    if keeps_documents is None:
        keeps_documents = serves_vendors
    if s3 is None:
        public: dict[str, Any] = {"BACKEND": "kit.storage.PublicFiles"}
        private: dict[str, Any] = {
            "BACKEND": "kit.storage.PrivateFiles",
            "OPTIONS": {"location": str(private_root)},
        }
    else:
        scheme, _, rest = s3.public_url.partition("://")
        server = {
            "endpoint_url": s3.endpoint or None,
            "region_name": s3.region,
            "access_key": s3.access_key or None,
            "secret_key": s3.secret_key or None,
            # AWS wants the bucket in the host (and then in its region); other servers, in the path.
            "addressing_style": "path" if s3.endpoint else "virtual",
        }
        public = {
            "BACKEND": "kit.object_storage.PublicObjects",
            "OPTIONS": {
                **server,
                "bucket_name": s3.public_bucket,
                "url_protocol": f"{scheme}:",
                "custom_domain": rest,
                "signs": serves_vendors,
            },
        }
        private = {
            "BACKEND": "kit.object_storage.PrivateObjects",
            "OPTIONS": {
                **server,
                "bucket_name": s3.private_bucket,
                "download_endpoint_url": s3.download_endpoint or s3.endpoint or None,
            },
        }
    return {"default": public, **({"private": private} if keeps_documents else {})}
