"""Two stores of files: `default` for public pictures, `private` for documents. Here, in folders; `object_storage` has
them on S3. The rules are the same in both.

A name's second part says whose it is: `pictures/<vendor id>/...`. Nobody writes outside of the current vendor's part, and
of private files nobody as much as asks there.
"""

from typing import Any

from django.core.files.storage import FileSystemStorage
from django.http import FileResponse, HttpResponseBase

from kit.context import current_vendor, require_vendor
from kit.errors import NotAllowed, SoukError

YEAR, HOUR = 31_536_000, 3_600
# Public folders that belong to no vendor: the market's own pictures. Names there are not made of content.
SHARED = ("demo",)
# Private folders that belong to no vendor: the platform's own, for who works for nobody else at the moment.
PLATFORMS = ("books",)
# What a name's ending says it is: the only types a file of ours is ever served as.
TYPES = {
    "webp": "image/webp",
    "png": "image/png",
    "jpg": "image/jpeg",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "zip": "application/zip",
}
ANY_TYPE = "application/octet-stream"
NO_ADDRESS = "private files have no address; hand them out by `attachment`"


class StorageUnavailable(SoukError):
    """Where files lie does not answer, or not us. Nothing was changed."""

    code = "storage_unavailable"


def type_of(name: str) -> str:
    return TYPES.get(name.rpartition(".")[2].lower(), ANY_TYPE)


def cache_control(name: str) -> str:
    """How long a public file is kept: names made of their content never change what they mean."""
    shared = name.split("/")[0] in SHARED
    return f"public, max-age={HOUR}" if shared else f"public, max-age={YEAR}, immutable"


def own(name: str) -> str:
    """The name itself. Raises NotAllowed unless it lies in the current vendor's part, NoVendor when there is none."""
    parts = name.split("/")
    if parts[1:2] != [str(require_vendor().id)] or not _is_plain(name):
        raise NotAllowed("This file is not yours.")
    return name


def own_or_shared(name: str) -> str:
    """The name itself, when we may write public files under it: the current vendor, or, for none, the market."""
    if current_vendor.get() is None and name.split("/")[0] in SHARED and _is_plain(name):
        return name
    return own(name)


def own_or_platforms(name: str) -> str:
    """The name itself, when we may touch a private file of it: the current vendor, or, for none, the platform."""
    if current_vendor.get() is None and name.split("/")[0] in PLATFORMS and _is_plain(name):
        return name
    return own(name)


def _is_plain(name: str) -> bool:
    """It means the same to everybody: what one part of a system lets pass, another does not read differently."""
    return "\\" not in name and "\0" not in name and not {"", ".", ".."} & set(name.split("/"))


class OwnWrites:
    """A public store: anybody reads, and what is written lies in the writer's own part."""

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(own_or_shared(name), content)  # type: ignore[misc]
        return saved

    def delete(self, name: str) -> None:
        super().delete(own_or_shared(name))  # type: ignore[misc]


class PublicFiles(OwnWrites, FileSystemStorage):
    """Public pictures in a folder, served by the faces themselves or a web server in front."""


class PrivateFiles(FileSystemStorage):
    """Documents in a folder. They have no address."""

    def url(self, name: str | None) -> str:
        raise ValueError(NO_ADDRESS)

    def path(self, name: str) -> str:
        # Everything that touches a file asks for its path first.
        return super().path(own_or_platforms(name))

    def attachment(self, name: str, *, filename: str, content_type: str) -> HttpResponseBase:
        """The answer by which somebody who was found to be allowed gets a file, to keep and not to look at here.

        Raises FileNotFoundError, NotAllowed.
        """
        response = FileResponse(self.open(name), as_attachment=True, filename=filename, content_type=content_type)
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers["Cache-Control"] = "private, no-store"
        return response
