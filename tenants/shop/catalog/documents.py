"""Private files of a product: certificates, data sheets. They have no address; whoever hands one out (by
`storages["private"].attachment`) has checked who asks. A row may name any path: the storage opens the vendor's own only.
"""

from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from PIL import Image

from kit.context import require_vendor
from kit.errors import InvalidInput
from kit.ids import uuid7
from tenants.shop.catalog.drafts import text_problem
from tenants.shop.catalog.models import Document, Product

MAX_BYTES = 20 * 1024 * 1024
MAX_DOCUMENTS = 20
MAX_TITLE = 150
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class InvalidDocument(InvalidInput):
    """The file is no document that we take."""

    code = "invalid_document"


def add_document(*, product: Product, file: IO[bytes], title: str) -> Document:
    """Store a PDF, PNG or JPEG, told by its content, of up to 20 MB. Raises InvalidDocument."""
    if not title.strip():
        raise InvalidDocument("Give the document a title.", field="title")
    if trouble := text_problem(title, MAX_TITLE):
        raise InvalidDocument(trouble, field="title")
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidDocument(f"The file is larger than {MAX_BYTES // (1024 * 1024)} MB.", field="document")
    kind = content_type_of(data)
    name = uuid7()
    path = storages["private"].save(
        f"documents/{require_vendor().id}/{product.id}/{name}.{EXTENSIONS[kind]}", ContentFile(data)
    )
    try:
        with transaction.atomic():
            product = Product.objects.select_for_update().get(id=product.id)
            if product.documents.count() >= MAX_DOCUMENTS:
                raise InvalidDocument(f"A product has at most {MAX_DOCUMENTS} documents.", field="document")
            return Document.objects.create(
                id=name, product=product, title=title.strip(), path=path, content_type=kind, size_bytes=len(data)
            )
    except Exception:  # whatever kept the row from being written, its file must not stay; the error goes on
        storages["private"].delete(path)
        raise


def remove_document(*, document: Document) -> None:
    """Delete the file, then its row. Raises StorageUnavailable, and then both stay: what is private is not left behind
    where nobody finds it.
    """
    storages["private"].delete(document.path)
    document.delete()


def content_type_of(data: bytes) -> str:
    """What the bytes are, whatever the file was called. Raises InvalidDocument."""
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]:
        return "application/pdf"
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            kind = {"PNG": "image/png", "JPEG": "image/jpeg"}[str(image.format)]
            image.verify()
    except Exception as error:  # decoders raise whatever a damaged file makes them stumble over
        raise InvalidDocument(
            "Give a PDF, a PNG or a JPEG; this is none, or it is damaged.", field="document"
        ) from error
    return kind
