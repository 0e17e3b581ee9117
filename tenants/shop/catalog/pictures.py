"""Pictures: hostile until decoded, then only ever our own encoding of them.

What is stored is a WebP made here, in three widths (less where that would be very tall), upright and without any
metadata, under a name made of what was given. A picture's `path` is that name without size: `pictures/<vendor>/<hash>`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Max
from PIL import Image, ImageCms, ImageOps

from kit.context import require_vendor
from kit.errors import InvalidInput
from tenants.shop.catalog.actions import products_changed
from tenants.shop.catalog.drafts import text_problem
from tenants.shop.catalog.models import Picture, Product

WIDTHS = (320, 640, 1280)
# No side is longer than this many widths: a strip of pixels is no picture, and WebP ends at 16,383 pixels a side.
TALLEST = 4
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
MAX_PICTURES = 12
MAX_ALT = 250
QUALITY = 80


class InvalidPicture(InvalidInput):
    """The file is no picture that we take."""

    code = "invalid_picture"


@dataclass(frozen=True, slots=True)
class Encoded:
    """Our encoding: the bytes by width asked for, and the size of the largest."""

    hash: str
    files: dict[int, bytes]
    width: int
    height: int


def add_picture(*, product: Product, file: IO[bytes], alt: str = "") -> Picture:
    """Re-encode the file, store it in three widths, and append it to the product's pictures.

    Raises InvalidPicture when it is too large, no JPEG, PNG or WebP, damaged, or one more than a product may have.
    """
    return add_encoded(product=product, pictures=[(encode(file), alt)])[0]


def add_encoded(*, product: Product, pictures: Sequence[tuple[Encoded, str]]) -> list[Picture]:
    """Store what `encode` made (in another process, perhaps), each with its text, after the product's other pictures.

    Raises InvalidPicture when a text cannot be taken or there are more than a product may have.
    """
    vendor = require_vendor()
    for encoded, alt in pictures:
        if trouble := text_problem(alt, MAX_ALT):
            raise InvalidPicture(trouble, field="alt")
        # Files first: a picture that is in the database must be there. Named by content, a leftover does no harm.
        for width, data in encoded.files.items():
            name = file_of(_path(vendor.id, encoded), width)
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(data))
    with transaction.atomic():
        product = Product.objects.select_for_update().get(id=product.id)
        have = product.pictures.aggregate(last=Max("position"), count=Count("id"))
        if have["count"] + len(pictures) > MAX_PICTURES:
            raise InvalidPicture(f"A product has at most {MAX_PICTURES} pictures.", field="picture")
        first = 0 if have["last"] is None else have["last"] + 1
        added = Picture.objects.bulk_create(
            [
                Picture(
                    product=product,
                    path=_path(vendor.id, encoded),
                    alt=alt.strip(),
                    width=encoded.width,
                    height=encoded.height,
                    position=position,
                )
                for position, (encoded, alt) in enumerate(pictures, start=first)
            ]
        )
        products_changed([product.id])
    return added


@transaction.atomic
def remove_picture(*, picture: Picture) -> None:
    """Take it off its product. The files stay: pages may still show them for a moment."""
    picture.delete()
    products_changed([picture.product_id])


@transaction.atomic
def order_pictures(*, product: Product, picture_ids: list[UUID]) -> None:
    """Show the product's pictures in this order. Raises InvalidPicture unless it names each of them once."""
    product = Product.objects.select_for_update().get(id=product.id)
    have = {picture.id: picture for picture in product.pictures.all()}
    if sorted(have) != sorted(picture_ids):
        raise InvalidPicture("The pictures have changed meanwhile. Reload the page.", field="pictures")
    for position, picture_id in enumerate(picture_ids):
        have[picture_id].position = position
    Picture.objects.bulk_update(have.values(), ["position"])
    products_changed([product.id])


@transaction.atomic
def describe_picture(*, picture: Picture, alt: str) -> Picture:
    """Say in words what the picture shows. Raises InvalidPicture."""
    if trouble := text_problem(alt, MAX_ALT):
        raise InvalidPicture(trouble, field="alt")
    picture.alt = alt.strip()
    picture.save(update_fields=["alt"])
    products_changed([picture.product_id])
    return picture


def _path(vendor_id: UUID, encoded: Encoded) -> str:
    return f"pictures/{vendor_id}/{encoded.hash}"


def file_of(path: str, width: int) -> str:
    return f"{path}-{width}.webp"


def picture_url(path: str, width: int = 640) -> str:
    """The address of a picture in one of WIDTHS."""
    return default_storage.url(file_of(path, width))


def picture_srcset(path: str) -> str:
    """The `srcset` of a picture: every width with its address."""
    return ", ".join(f"{picture_url(path, width)} {width}w" for width in WIDTHS)


def encode(file: IO[bytes]) -> Encoded:
    """Decode what was given, once, in memory, within limits. Raises InvalidPicture."""
    return encode_within(file, [(width, TALLEST * width) for width in WIDTHS])


def encode_within(file: IO[bytes], boxes: Sequence[tuple[int, int]]) -> Encoded:
    """The same for other sizes, each (width, height) that it fits in, the largest last. Raises InvalidPicture."""
    data = file.read(settings.MAX_PICTURE_BYTES + 1)
    if len(data) > settings.MAX_PICTURE_BYTES:
        megabytes = settings.MAX_PICTURE_BYTES // (1024 * 1024)
        raise InvalidPicture(f"The picture is larger than {megabytes} MB.", field="picture")
    image = _decode(data)
    files: dict[int, bytes] = {}
    largest = (0, 0)
    for width, height in boxes:
        sized = _within(image, width, height)
        out = BytesIO()
        sized.save(out, "WEBP", quality=QUALITY, method=4)
        files[width] = out.getvalue()
        largest = sized.size
    return Encoded(hashlib.sha256(data).hexdigest()[:32], files, *largest)


def _within(image: Image.Image, width: int, height: int) -> Image.Image:
    """The picture no wider and no taller than this, its sides in proportion; a smaller one as it is."""
    scale = min(width / image.width, height / image.height)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _decode(data: bytes) -> Image.Image:
    """An upright picture in RGB or RGBA, without a trace of what it carried beside its pixels."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as sealed:
            # The size stands in the header: refused before a single pixel is unpacked.
            if sealed.width * sealed.height > MAX_PIXELS:
                raise InvalidPicture(
                    f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.", field="picture"
                )
            sealed.verify()
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            # JPEG can be unpacked at a half, a quarter or an eighth: never more pixels than we need.
            image.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
            image.load()
            profile = image.info.get("icc_profile")
            upright = ImageOps.exif_transpose(image)
            mode = "RGBA" if upright.has_transparency_data else "RGB"
            plain = _to_srgb(upright.convert(mode), profile)
    except InvalidPicture:
        raise
    except Exception as error:  # decoders raise whatever a damaged file makes them stumble over
        raise InvalidPicture("This is not a JPEG, PNG or WebP picture, or it is damaged.", field="picture") from error
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _to_srgb(image: Image.Image, profile: Any) -> Image.Image:
    """Colors as the web reads them, since the profile itself is not kept. One that makes no sense is ignored."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=image.mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
