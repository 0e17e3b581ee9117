"""Pictures that customers send with a return or a claim: hostile until decoded, then only our own encoding of them.

They are encoded outside of any transaction, kept in the row until the worker has filed them in the private store, and handed
out by whoever has checked who asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase

from marketplace.orders.photos import WEBP, TooManyPhotos, encode_each
from marketplace.returns.models import Claim, Photo, Return
from outbox.doorbell import ring
from tenants.isolation.doors import in_shop
from tenants.vendors.models import Vendor

MOST_PHOTOS = 5
SMALL, LARGE = (480, 480), (1600, 1600)


@dataclass(frozen=True, slots=True)
class Taken:
    """One picture as we encoded it."""

    hash: str
    small: bytes
    content: bytes


def encode_photos(files: Sequence[IO[bytes]]) -> list[Taken]:
    """Decode and encode what was sent, once each. Raises InvalidPicture, TooManyPhotos, both of the field `photos`."""
    encoded = encode_each(files, [SMALL, LARGE], most=MOST_PHOTOS)
    return [Taken(each.hash, each.files[SMALL[0]], each.files[LARGE[0]]) for each in encoded]


def keep_photos(of: Return | Claim, photos: Sequence[Taken]) -> list[Photo]:
    """Keep them with a return or a claim that is locked. What it has already is not kept twice. Raises TooManyPhotos."""
    have = {*of.photos.values_list("hash", flat=True)}
    fresh = [photo for photo in photos if photo.hash not in have]
    if len(have) + len(fresh) > MOST_PHOTOS:
        raise TooManyPhotos(f"There are {len(have)} photos already, and {MOST_PHOTOS} is the most.", field="photos")
    if fresh:
        transaction.on_commit(lambda: ring("returns.file_photos"))
    whose: dict[str, Any] = {"returned": of} if isinstance(of, Return) else {"claim": of}
    return Photo.objects.bulk_create(
        [
            Photo(vendor_id=of.vendor_id, hash=photo.hash, small=photo.small, content=photo.content, **whose)
            for photo in fresh
        ]
    )


def file_photo(photo_id: UUID) -> bool:
    """Put one into the private store; False when another worker has it. Raises StorageUnavailable.

    The object is written before its row says so: a second attempt after a crash writes it again.
    """
    found = Photo.objects.filter(id=photo_id, content__isnull=False).only("id", "vendor_id", "content").first()
    if found is None:
        return False
    with in_shop(Vendor.objects.get(id=found.vendor_id)):
        path = storages["private"].save(
            f"returns/{found.vendor_id}/{found.id}.webp", ContentFile(bytes(found.content or b""))
        )
    return bool(Photo.objects.filter(id=photo_id, content__isnull=False).update(path=path, content=None))


def small_photo(photo: Photo) -> HttpResponse:
    """The answer that shows it on a page, once who asks was checked."""
    response = HttpResponse(bytes(photo.small), content_type=WEBP)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def whole_photo(photo: Photo) -> HttpResponseBase:
    """The answer that gives all of it, for processes that keep documents. Raises StorageUnavailable."""
    name = f"photo-{photo.id}.webp"
    if photo.content is not None:
        response = HttpResponse(bytes(photo.content), content_type=WEBP)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers["Cache-Control"] = "private, no-store"
        return response
    with in_shop(Vendor.objects.get(id=photo.vendor_id)):
        answer: HttpResponseBase = storages["private"].attachment(  # type: ignore[attr-defined]
            photo.path, filename=name, content_type=WEBP
        )
        return answer


def drop_files(paths: Iterable[tuple[UUID, str]]) -> None:
    """Remove files from the private store, by vendor and path. What is not there any more is no error."""
    for vendor_id, path in paths:
        with in_shop(Vendor.objects.get(id=vendor_id)):
            storages["private"].delete(path)
