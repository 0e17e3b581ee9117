"""The shop's own domains: asked for, proven by a record, checked, given up."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import domains as serializers
from api.views import VendorView, body_of, caller_of, created
from kit.pagination import keyset_page
from tenants.vendors import domains as keeping
from tenants.vendors.models import CustomDomain
from tenants.vendors.queries import domains_of

TAGS = ["Domains"]


class DomainView(VendorView):
    area: ClassVar[str] = "settings"

    def domain(self, domain_id: UUID) -> CustomDomain:
        """Raises NotFound, also for one that was removed."""
        found = domains_of(self.vendor).filter(id=domain_id).first()
        if found is None:
            raise NotFound()
        return found


class DomainList(DomainView):
    @extend_schema(
        operation_id="domains_list",
        summary="The shop's own domains, in the order they were added",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.DomainSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        rows = CustomDomain.objects.filter(vendor=self.vendor, removed_at=None)
        page = keyset_page(rows, order=("added_at", "id"), cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: serializers.DomainSerializer(row).data))

    @extend_schema(
        operation_id="domains_add",
        summary="Ask for a domain",
        description="Set the `record` of the answer in the domain's zone; we look at it within a minute, then again for a "
        "week. 403 `beyond_plan` when the plan has no domains, 409 `domain_asked` for one that is on the list.",
        request=serializers.DomainInput,
        responses={201: serializers.DomainSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        host = body_of(serializers.DomainInput, request)["host"]
        made = keeping.add_domain(vendor=self.vendor, host=host, by=caller_of(request).person_id)
        return created(serializers.DomainSerializer(made).data, "api_vendor:domain", made.id)


class Domain(DomainView):
    @extend_schema(operation_id="domains_read", summary="One domain", responses=serializers.DomainSerializer, tags=TAGS)
    def get(self, request: Request, domain_id: UUID) -> Response:
        return Response(serializers.DomainSerializer(self.domain(domain_id)).data)

    @extend_schema(
        operation_id="domains_remove",
        summary="Give a domain up",
        description="The shop front is not found under it any more, after some seconds.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, domain_id: UUID) -> Response:
        keeping.remove_domain(domain=self.domain(domain_id), by=caller_of(request).person_id)
        return Response(status=204)


class DomainVerification(DomainView):
    @extend_schema(
        operation_id="domains_verify",
        summary="Have the records looked at now",
        description="Also of a domain that was given up or lost: it waits for its record anew. The look happens after "
        "this answer; read the domain to see what was found.",
        request=None,
        responses={202: serializers.DomainSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, domain_id: UUID) -> Response:
        found = self.domain(domain_id)
        keeping.ask_for_check(domain=found)
        return Response(serializers.DomainSerializer(found).data, status=202)
