"""What every view of the API has in common."""

import re
from collections.abc import Iterable
from functools import wraps
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import conditional_page
from rest_framework.exceptions import (
    AuthenticationFailed,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ValidationError,
)
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.models import StaffRole
from api.auth import (
    Caller,
    CustomerBearer,
    InScope,
    SignedIn,
    StaffBearer,
    VendorBearer,
    allowed_in,
    member_scopes,
    staff_scopes,
)
from api.errors import PreconditionFailed
from api.fields import unknown_fields
from api.operations import ApiSchema
from api.throttling import MinuteRates, count_refused, rate_headers
from kit.permission import declare
from tenants.vendors.models import MemberRole, Vendor

# What `allowed` is asked about, and every method that it stands for.
WRITES = ("POST", "post", "put", "patch", "delete")
_PACKED = re.compile(r'-(gzip|zstd|br)"$')


class AlwaysJson(BaseContentNegotiation):
    """Whatever is asked for, the answer is JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        for parser in parsers:
            if (request.content_type or "").partition(";")[0].strip().lower() == parser.media_type:
                return parser
        return None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A view of the API: every GET has an ETag and answers 304 to one that is known, every answer tells the rates."""

    area: ClassVar[str] = ""
    throttle_classes = [MinuteRates]
    content_negotiation_class = AlwaysJson
    metadata_class = None
    schema = ApiSchema()
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = conditional_page(super().as_view(**initkwargs))

        @wraps(view)
        def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def tell(answer: HttpResponseBase) -> HttpResponseBase:
                for name, value in rate_headers(getattr(request, "rates", [])).items():
                    answer.headers[name] = value
                return answer

            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.add_post_render_callback(tell)  # after what makes a 304 of it
                return response
            return tell(response)

        reads, writes = (
            cls.allowed(method) if cls.answers(*names) else () for method, *names in (("GET", "get"), WRITES)
        )
        return declare(told, reads, writes)

    @classmethod
    def answers(cls, *methods: str) -> bool:
        return any(hasattr(cls, method) for method in methods)

    @classmethod
    def allowed(cls, method: str) -> Iterable[str]:
        """Who may ask by this method: what the permission classes come to, for `kit.permission`."""
        # Each audience's own base answers: one that forgets must not pass for open to anybody.
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            super().initial(request, *args, **kwargs)
        except (AuthenticationFailed, NotAuthenticated, PermissionDenied, NotFound):
            count_refused(request)
            raise

    def finalize_response(self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(answer, ["Authorization"])
        return answer


class CustomerView(ApiView):
    """On the marketplace: for anybody, unless the view asks for more."""

    authentication_classes = [CustomerBearer]
    permission_classes: ClassVar[list[type[BasePermission]]] = []

    @classmethod
    def allowed(cls, method: str) -> Iterable[str]:
        return ("customer",) if SignedIn in cls.permission_classes else ("anybody",)


class VendorView(ApiView):
    """On a vendor's portal: the whole call runs as that vendor's own database role."""

    authentication_classes = [VendorBearer]
    permission_classes = [InScope]

    @classmethod
    def allowed(cls, method: str) -> Iterable[str]:
        return allowed_in(cls, method, MemberRole.values, member_scopes)

    @property
    def vendor(self) -> Vendor:
        found: Vendor = self.request.vendor
        return found


class OfficeView(ApiView):
    """At the office, for the platform's staff."""

    authentication_classes = [StaffBearer]
    permission_classes = [InScope]

    @classmethod
    def allowed(cls, method: str) -> Iterable[str]:
        return allowed_in(cls, method, StaffRole.values, staff_scopes)


def caller_of(request: Request) -> Caller:
    """Who calls, behind a view that lets nobody else in."""
    caller: Caller = request.auth
    return caller


def body_of(serializer: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """The body as the serializer reads it. Raises ValidationError, which becomes a 422 that names the fields.

    A field that the serializer does not take is refused: whoever sends one means something by it that would not happen.
    """
    found = serializer(data=request.data)
    if unknown := unknown_fields(found, request.data):
        raise ValidationError(unknown)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def query_of(serializer: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """The same for the address's query."""
    found = serializer(data=request.query_params)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def tagged(data: Any, version: object, **headers: str) -> Response:
    """An answer whose ETag is this version of the thing."""
    return Response(data, headers={"ETag": f'"{version}"', **headers})


def created(data: Any, route: str, made_id: UUID, **headers: str) -> Response:
    """201, and where what was made is: `created(shown, "api_finance:export", export.id)`."""
    return Response(data, status=201, headers={"Location": reverse(route, args=[made_id]), **headers})


def check_match(request: Request | HttpRequest, version: object) -> None:
    """Raises PreconditionFailed when If-Match names another version than the present one."""
    named = request.headers.get("If-Match", "").strip()
    # A proxy that packs an answer may mark its tag.
    tags = {_PACKED.sub('"', part.strip().removeprefix("W/")) for part in named.split(",")}
    if named and named != "*" and f'"{version}"' not in tags:
        raise PreconditionFailed()
