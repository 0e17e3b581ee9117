"""Pictures that customers send about what they bought: hostile until decoded, then only our own encoding of them."""

from collections.abc import Sequence
from typing import IO

from kit.errors import InvalidInput
from tenants.shop.catalog.pictures import Encoded, InvalidPicture, encode_within

WEBP = "image/webp"


class TooManyPhotos(InvalidInput):
    """Of one thing so many photos are taken and no more."""

    code = "too_many_photos"


def encode_each(files: Sequence[IO[bytes]], boxes: Sequence[tuple[int, int]], *, most: int) -> list[Encoded]:
    """Decode and encode what was sent, the same picture once, outside of any transaction.

    Raises InvalidPicture, TooManyPhotos, both of the field `photos`.
    """
    if len(files) > most:
        raise TooManyPhotos(f"Send at most {most} photos.", field="photos")
    found: dict[str, Encoded] = {}
    for file in files:
        try:
            encoded = encode_within(file, boxes)
        except InvalidPicture as refused:
            raise InvalidPicture(str(refused), field="photos") from refused
        found[encoded.hash] = encoded
    return list(found.values())
