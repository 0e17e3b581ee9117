"""Files of documents: rendered once, kept in the private store, named with their checksum in the row."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import QuerySet

from billing.statements.models import Document, FiledDocument
from billing.statements.render import pdf
from kit import clock
from kit.context import acting_for
from kit.paper import DocumentsUnavailable
from kit.storage import StorageUnavailable
from outbox.doorbell import ring
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
TURN_SECONDS = 10
Filed = TypeVar("Filed", bound=FiledDocument)


def file_document(document: Document) -> Document:
    """Render a document and add the file to its row, once; whoever is second finds it there.

    Raises DocumentsUnavailable, StorageUnavailable.
    """
    return file_once(document, Document.objects.all(), render=pdf, folder="statements")


def file_once(document: Filed, rows: QuerySet[Filed], *, render: Callable[[Filed], bytes], folder: str) -> Filed:
    """The same for any kind of document: `rows` are all of its kind, `folder` is where its files lie.

    The file's name is made of its content, so two at a time do no harm.
    """
    if document.file_path:
        return document
    content = render(document)
    checksum = hashlib.sha256(content).hexdigest()
    path = f"{folder}/{document.vendor_id}/{document.filename}-{checksum[:16]}.pdf"
    with acting_for(Vendor.objects.get(id=document.vendor_id).current):
        store = storages["private"]
        if not store.exists(path):
            store.save(path, ContentFile(content))
    with transaction.atomic():
        document = rows.select_for_update().get(pk=document.pk)
        if not document.file_path:
            document.file_path, document.file_sha256 = path, checksum
            document.file_bytes, document.filed_at = len(content), clock.now()
            document.save(update_fields=["file_path", "file_sha256", "file_bytes", "filed_at"])
    return document


def read_file(document: FiledDocument) -> bytes:
    """The file as it was kept. Raises FileChanged when it is not what was written, FileNotFoundError, StorageUnavailable."""
    with (
        acting_for(Vendor.objects.get(id=document.vendor_id).current),
        storages["private"].open(document.file_path) as file,
    ):
        content: bytes = file.read()
    if hashlib.sha256(content).hexdigest() != document.file_sha256:
        raise FileChanged(f"The file of {document.number} is not the one that was issued.")
    return content


class FileChanged(StorageUnavailable):
    """What lies in the store differs from what was issued."""

    code = "file_changed"


def render_due() -> int:
    """Make the files of documents that have none yet, for a turn; gives how many."""
    return file_in_turns(Document.objects.all(), file_document, bell="statements.render_due")


def file_in_turns(rows: QuerySet[Filed], file: Callable[[Filed], Filed], *, bell: str) -> int:
    """Make the files of a kind of documents, as long as a turn is; gives how many. One that fails stops no other.

    One thread renders at a time, whoever else is called has nothing to do: rendering takes seconds of a whole core, and
    the worker's other threads move money. Who has some left when its turn ends rings the `bell` again, and so goes to the
    end of the queue.
    """
    with _alone() as alone:
        return _turn(rows, file, bell) if alone else 0


def _turn(rows: QuerySet[Filed], file: Callable[[Filed], Filed], bell: str) -> int:
    done, ends = 0, time.monotonic() + TURN_SECONDS
    due = rows.filter(file_path="").order_by("id")
    document = due.first()
    while document is not None:
        try:
            file(document)
            done += 1
        except (DocumentsUnavailable, StorageUnavailable) as error:
            log.error("document_not_filed", number=document.number, cause=str(error))
            break
        except Exception:  # whatever is wrong with one, the others are not kept waiting; it is due again
            log.exception("document_not_filed", number=document.number)
        # Read anew each time: somebody who wanted to read one may have had it made meanwhile.
        document = due.filter(id__gt=document.pk).first()
        if document is not None and time.monotonic() >= ends:
            ring(bell)
            break
    return done


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is rendering, and nobody else will be in this block. The lock is the connection's, so that no
    transaction is open while it renders and talks to the store; should we die, it goes with the connection.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('documents are rendered', 0))")
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended('documents are rendered', 0))")
