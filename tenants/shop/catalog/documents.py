"""Private files of a product: certificates, data sheets. They have no address; whoever shows one checks who asks."""

from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import transaction
from PIL import Image

from kit.context import require_vendor
from kit.errors import InvalidInput, NotAllowed
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
        f"{_folder()}{product.id}/{name}.{EXTENSIONS[kind]}",
        ContentFile(data),
    )
    with transaction.atomic():
        product = Product.objects.select_for_update().get(id=product.id)
        if product.documents.count() >= MAX_DOCUMENTS:
            raise InvalidDocument(f"A product has at most {MAX_DOCUMENTS} documents.", field="document")
        return Document.objects.create(
            id=name, product=product, title=title.strip(), path=path, content_type=kind, size_bytes=len(data)
        )


def remove_document(*, document: Document) -> None:
    """Delete the row, and its file once that is certain."""
    path = _own_path(document)
    with transaction.atomic():
        document.delete()
        transaction.on_commit(lambda: storages["private"].delete(path))


def open_document(document: Document) -> File:
    """The file, open for reading. Raises NotAllowed when the row points outside the current vendor's own folder."""
    return storages["private"].open(_own_path(document), "rb")


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


def _folder() -> str:
    return f"documents/{require_vendor().id}/"


def _own_path(document: Document) -> str:
    # A vendor's role may write any path into its own table; what it names must still be its own.
    if not document.path.startswith(_folder()) or ".." in document.path.split("/"):
        raise NotAllowed("This document is not yours.")
    return document.path
