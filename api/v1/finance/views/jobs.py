"""What the worker does by itself, and ringing for it."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.v1.finance.serializers.jobs import JobSerializer
from api.views import OfficeView, caller_of
from observability.jobs import NoSuchJob, jobs, run_now


class JobList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="jobs_list",
        summary="Every job with its last run, those that fail first",
        responses=JobSerializer(many=True),
        tags=["jobs"],
    )
    def get(self, request: Request) -> Response:
        return Response(JobSerializer(jobs(), many=True).data)


class JobRun(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="jobs_run",
        summary="Have a job run as soon as the worker hears",
        description="It runs by itself anyway. The answer is how its last run went.",
        request=None,
        responses=JobSerializer,
        tags=["jobs"],
    )
    @idempotent
    def post(self, request: Request, name: str) -> Response:
        try:
            return Response(JobSerializer(run_now(name=name, by=caller_of(request).person_id)).data)
        except NoSuchJob:
            raise NotFound() from None
