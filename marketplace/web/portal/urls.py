"""Pages of the portal."""

from django.urls import URLPattern, path

from marketplace.web.portal.views import home, imports, money, orders, products, shop, stock
from marketplace.web.storefront.views.files import media

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("media/<path:path>", media, name="media"),
    path("orders/", orders.orders, name="orders"),
    path("orders/board/", orders.board, name="board"),
    path("orders/acceptances/", orders.acceptances, name="acceptances"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/acceptance/", orders.acceptance, name="acceptance"),
    path("orders/<uuid:order_id>/parcels/", orders.parcels, name="parcels"),
    path("orders/<uuid:order_id>/packing-slip/", orders.packing_slip, name="packing_slip"),
    path("parcels/<uuid:parcel_id>/shipment/", orders.shipment, name="shipment"),
    path("parcels/<uuid:parcel_id>/delivery/", orders.delivery, name="delivery"),
    path("products/", products.products, name="products"),
    path("products/states/", products.states, name="product_states"),
    path("products/preview/", products.preview, name="product_preview"),
    path("products/new/", products.new_product, name="new_product"),
    path("products/<uuid:product_id>/", products.product, name="product"),
    path("products/<uuid:product_id>/state/", products.state, name="product_state"),
    path("products/<uuid:product_id>/pictures/", products.pictures, name="pictures"),
    path("products/<uuid:product_id>/documents/", products.documents, name="documents"),
    path("pictures/<uuid:picture_id>/position/", products.picture_position, name="picture_position"),
    path("pictures/<uuid:picture_id>/words/", products.picture_words, name="picture_words"),
    path("pictures/<uuid:picture_id>/removal/", products.picture_removal, name="picture_removal"),
    path("documents/<uuid:document_id>/", products.document, name="document"),
    path("documents/<uuid:document_id>/removal/", products.document_removal, name="document_removal"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new_import, name="new_import"),
    path("imports/template.csv", imports.template, name="import_template"),
    path("imports/<uuid:import_id>/", imports.one_import, name="import"),
    path("imports/<uuid:import_id>/results.csv", imports.results, name="import_results"),
    path("stock/", stock.stock, name="stock"),
    path("stock/<uuid:variant_id>/", stock.movements, name="movements"),
    path("stock/<uuid:variant_id>/count/", stock.count, name="stock_count"),
    path("money/", money.overview, name="money"),
    path("money/transfers/", money.transfers, name="transfers"),
    path("money/transfers.csv", money.transfers_csv, name="transfers_csv"),
    path("money/payouts/", money.payouts, name="payouts"),
    path("money/payouts.csv", money.payouts_csv, name="payouts_csv"),
    path("money/ledger/", money.ledger, name="ledger"),
    path("money/ledger.csv", money.ledger_csv, name="ledger_csv"),
    path("shop/", shop.profile, name="shop"),
    path("shop/logo/", shop.logo, name="logo"),
    path("shop/logo/removal/", shop.logo_removal, name="logo_removal"),
    path("shipping/", shop.shipping, name="shipping"),
    path("team/", shop.team, name="team"),
]
