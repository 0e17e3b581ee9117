"""The two stores of `kit.storage` on S3: public pictures under addresses of their own, documents by signed ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import structlog
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from kit.storage import NO_ADDRESS, OwnWrites, StorageUnavailable, cache_control, own_or_platforms, type_of

log = structlog.get_logger(__name__)
# How long a signed address works: a browser follows it at once.
DOWNLOAD_SECONDS = 60


@contextmanager
def _answering(asked: str, absent: tuple[int, ...] = (404,)) -> Iterator[None]:
    """What S3 says no to, in our words. Raises FileNotFoundError, StorageUnavailable."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        cause = type(error).__name__
        if isinstance(error, ClientError):
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in absent:
                raise FileNotFoundError("There is no such file.") from error
            cause = error.response["Error"]["Code"]
        # Not the error itself: it can carry addresses with signatures.
        log.error("storage_unavailable", asked=asked, cause=cause)
        raise StorageUnavailable(
            "Pictures and documents cannot be reached right now. Nothing was changed; try again in a few minutes."
        ) from error


class Objects(S3Storage):
    """S3, asked with patience for seconds and not minutes, and without threads of its own."""

    def __init__(self, **options: Any) -> None:
        addressing = {"addressing_style": options.pop("addressing_style")}
        options["client_config"] = Config(
            signature_version="s3v4",
            s3=addressing,
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 2, "mode": "standard"},
            # Other servers than AWS need not know the newer check sums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        options["transfer_config"] = TransferConfig(use_threads=False)
        # What is read beyond this waits on disk: an import's file may be large.
        options["max_memory_size"] = 1024 * 1024
        super().__init__(**options)

    def _open(self, name: str, mode: str = "rb") -> File:
        with _answering("open"):
            file = super()._open(name, mode)
            # Fetched here and now, where its errors are understood and no transaction is open.
            return file.open() if "r" in mode else file

    def _save(self, name: str, content: Any) -> str:
        with _answering("save"):
            saved: str = super()._save(name, content)
            return saved

    def delete(self, name: str) -> None:
        with _answering("delete"):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _answering("exists"):
            return bool(super().exists(name))

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        # By our own names: what a browser said an upload was is not believed.
        return {"ContentType": type_of(name)}


class PublicObjects(OwnWrites, Objects):
    """Public pictures. Their addresses are those of the bucket or of what stands in front of it, and unsigned.

    With `signs` false this process has no keys: it asks as anybody would, and can only look.
    """

    signs: bool

    def get_default_settings(self) -> dict[str, Any]:
        return {**super().get_default_settings(), "signs": True}

    @property
    def connection(self) -> Any:
        return super().connection if self.signs else self.unsigned_connection

    def exists(self, name: str) -> bool:
        try:
            # Who has no key hears "forbidden" also of what is not there.
            with _answering("exists", (404,) if self.signs else (403, 404)):
                return bool(S3Storage.exists(self, name))
        except FileNotFoundError:
            return False

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        return {**super().get_object_parameters(name), "CacheControl": cache_control(name)}


class PrivateObjects(Objects):
    """Documents. They have no address but those signed for a minute, which `attachment` leads to."""

    download_endpoint_url: str | None

    def get_default_settings(self) -> dict[str, Any]:
        return {**super().get_default_settings(), "download_endpoint_url": None}

    def _normalize_name(self, name: str) -> str:
        # Everything that touches an object or signs for one asks for its name first.
        return own_or_platforms(str(super()._normalize_name(name)))

    def url(self, name: str, *args: Any, **options: Any) -> str:
        raise ValueError(NO_ADDRESS)

    def attachment(self, name: str, *, filename: str, content_type: str) -> HttpResponseBase:
        """As in PrivateFiles, by sending the browser to a signed address.

        Raises FileNotFoundError, NotAllowed, StorageUnavailable.
        """
        if not self.exists(name):
            raise FileNotFoundError("There is no such file.")
        response = HttpResponseRedirect(self.signed_url(name, filename=filename, content_type=content_type))
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def signed_url(self, name: str, *, filename: str, content_type: str, seconds: int = DOWNLOAD_SECONDS) -> str:
        """An address under which anybody gets this object, as this file of this type, for so long. Asks nobody.

        Raises NotAllowed, StorageUnavailable.
        """
        params = {
            "Bucket": self.bucket_name,
            "Key": self._normalize_name(name),
            "ResponseContentDisposition": content_disposition_header(True, filename),
            "ResponseContentType": content_type,
            "ResponseCacheControl": "private, no-store",
        }
        with _answering("sign"):
            return str(self._signer.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))

    @cached_property
    def _signer(self) -> Any:
        """The client that signs: for the host that browsers ask, which the signature covers."""
        return self._create_session().client(
            "s3", region_name=self.region_name, endpoint_url=self.download_endpoint_url, config=self.client_config
        )
