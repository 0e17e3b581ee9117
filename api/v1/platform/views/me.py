"""Who calls."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import SignedIn
from api.v1.office import With
from api.v1.platform.serializers.me import MeSerializer
from api.views import OfficeView, caller_of


class Me(OfficeView):
    permission_classes = [SignedIn]

    @extend_schema(operation_id="me", summary="Who you are, and what you may do", responses=MeSerializer, tags=["me"])
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(With(request.user, scopes=sorted(caller_of(request).scopes))).data)
