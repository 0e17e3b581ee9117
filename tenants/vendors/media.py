"""The file that a vendor's own row names."""

from collections.abc import Iterator
from uuid import UUID

from tenants.isolation.media import PUBLIC, ShopFile, media
from tenants.vendors.models import Vendor


@media
def logo(vendor_id: UUID) -> Iterator[ShopFile]:
    for path in Vendor.objects.filter(id=vendor_id).exclude(logo="").values_list("logo", flat=True):
        yield ShopFile(PUBLIC, path)
