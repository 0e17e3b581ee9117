"""The files that rows of the catalogue name."""

from collections.abc import Iterator
from uuid import UUID

from tenants.isolation.media import PRIVATE, PUBLIC, ShopFile, media
from tenants.shop.catalog.models import Document, Picture, ProductImport
from tenants.shop.catalog.pictures import WIDTHS, file_of


@media
def pictures(_: UUID) -> Iterator[ShopFile]:
    for path in Picture.objects.order_by().values_list("path", flat=True).distinct().iterator():
        yield from (ShopFile(PUBLIC, file_of(path, width)) for width in WIDTHS)


@media
def documents(_: UUID) -> Iterator[ShopFile]:
    for path in Document.objects.order_by().values_list("path", flat=True).iterator():
        yield ShopFile(PRIVATE, path)


@media
def imports(_: UUID) -> Iterator[ShopFile]:
    for path in ProductImport.objects.exclude(path="").order_by().values_list("path", flat=True).iterator():
        yield ShopFile(PRIVATE, path)
