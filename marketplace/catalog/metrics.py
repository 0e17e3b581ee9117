"""Who looks at listings, as this process sees it."""

from prometheus_client import Counter

PRODUCT_VIEWS = Counter("product_views", "Listings shown, by where: on a page or by the API.", ["surface"])
