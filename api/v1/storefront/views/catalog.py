"""Finding things: categories, listings, search, vendors."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.storefront import shown
from api.v1.storefront.serializers import catalog as serializers
from api.v1.storefront.visitor import StorefrontView
from api.views import query_of
from marketplace.catalog import queries
from marketplace.catalog.metrics import PRODUCT_VIEWS
from marketplace.catalog.queries import NotListed
from marketplace.search.queries import search_listings, suggestions
from taxonomy.queries import tree
from taxonomy.tax import SELLING_COUNTRIES

TAGS = ["Catalogue"]


class Categories(StorefrontView):
    @extend_schema(
        operation_id="categories",
        summary="All categories, as a tree",
        responses=serializers.CategoryTreeSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response({"items": [shown.category(root) for root in tree().roots]})


class Listings(StorefrontView):
    @extend_schema(
        operation_id="listings",
        summary="Listings of every vendor, narrowed and sorted",
        parameters=[serializers.ListingsQuery, *PAGE_PARAMETERS],
        responses=page_of(serializers.ListingSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = query_of(serializers.ListingsQuery, request)
        page = queries.listing_list(
            queries.in_category(path_of(query["category"])),
            filters=serializers.filters_of(query),
            sort=query["sort"],
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        return Response(page_data(page, shown.listing))


class Listing(StorefrontView):
    @extend_schema(
        operation_id="listing",
        summary="A listing with its variants and every vendor's offers",
        responses=serializers.ListingDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, slug: str) -> Response:
        found = queries.listing_page(slug, related=0)
        PRODUCT_VIEWS.labels("api").inc()
        return Response(shown.listing_detail(found))


class Search(StorefrontView):
    @extend_schema(
        operation_id="search",
        summary="Listings with these words, the most fitting first",
        description="Where nothing has the words, what is spelled alike is found instead (`is_fuzzy`). Facets are of all "
        "that was found, whatever it is narrowed by.",
        parameters=[serializers.SearchQuery, *PAGE_PARAMETERS],
        responses=serializers.SearchSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = query_of(serializers.SearchQuery, request)
        found = search_listings(
            query["q"],
            category=path_of(query["category"]),
            filters=serializers.filters_of(query),
            sort=query["sort"],
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        return Response(
            {
                "query": found.query,
                "is_fuzzy": found.is_fuzzy,
                **page_data(found.page, shown.listing),
                "facets": shown.facets(found.facets),
            }
        )


class Suggestions(StorefrontView):
    @extend_schema(
        operation_id="suggestions",
        summary="What somebody who has typed this far may mean",
        parameters=[serializers.SuggestionsQuery],
        responses=serializers.SuggestionsSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = query_of(serializers.SuggestionsQuery, request)
        return Response({"items": [shown.suggestion(each) for each in suggestions(query["q"])]})


class Facets(StorefrontView):
    @extend_schema(
        operation_id="facets",
        summary="What the list of a category, or of a vendor's shop, can be narrowed by",
        parameters=[serializers.FacetsQuery],
        responses=serializers.FacetsSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = query_of(serializers.FacetsQuery, request)
        category = path_of(query["category"])
        if query["vendor"]:
            found = queries.vendor_facets(queries.vendor_card(query["vendor"]), category=category)
        else:
            found = queries.category_facets(category)
        return Response(shown.facets(found))


class Vendors(StorefrontView):
    @extend_schema(
        operation_id="vendors",
        summary="Who sells here, by name",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.VendorSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(page_data(queries.vendors(cursor=cursor_of(request), size=limit_of(request)), shown.vendor))


class Vendor(StorefrontView):
    @extend_schema(operation_id="vendor", summary="A vendor", responses=serializers.VendorSerializer, tags=TAGS)
    def get(self, request: Request, slug: str) -> Response:
        return Response(shown.vendor(queries.vendor_card(slug)))


class VendorListings(StorefrontView):
    @extend_schema(
        operation_id="vendor_listings",
        summary="What a vendor sells, at its own prices",
        description="Filters and order by price go by the listing's best offer, as in all lists.",
        parameters=[serializers.ShopListingsQuery, *PAGE_PARAMETERS],
        responses=page_of(serializers.ListingSerializer),
        tags=TAGS,
    )
    def get(self, request: Request, slug: str) -> Response:
        query = query_of(serializers.ShopListingsQuery, request)
        page = queries.vendor_listings(
            queries.vendor_card(slug),
            category=path_of(query["category"]),
            filters=serializers.filters_of(query),
            sort=query["sort"],
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        return Response(page_data(page, shown.listing))


class Countries(StorefrontView):
    @extend_schema(
        operation_id="countries",
        summary="Countries we sell to, by name",
        responses=serializers.CountriesSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response({"items": [{"code": code, "name": name} for code, name in SELLING_COUNTRIES]})


def path_of(category: str) -> str:
    """The path of the category that a caller means; "" for none. Raises NotListed."""
    if not category:
        return ""
    node = tree().find(category)
    if node is None:
        raise NotListed("There is no such category.")
    return node.path
