"""Pages of the storefront: the marketplace's host, and a vendor's shop front where it makes sense there."""

from django.urls import URLPattern, path

from marketplace.web.storefront.views import account, cart, catalog, checkout, files, orders, plan, sell, team
from marketplace.web.storefront.visitor import market_only

app_name = "storefront"
urlpatterns: list[URLPattern] = [
    # Also on `<slug>.<domain>`, narrowed to that vendor.
    path("", catalog.home, name="home"),
    path("c/<path:path>/", catalog.category, name="category"),
    path("search/", catalog.search, name="search"),
    path("suggest/", catalog.suggest, name="suggest"),
    path("v/<slug:slug>/", catalog.vendor, name="vendor"),
    path("v/<slug:slug>/brand.css", catalog.brand_css, name="brand_css"),
    path("media/<path:path>", files.media, name="media"),
    # One cart, one checkout, one account: on the marketplace's host.
    path("vendors/", market_only(catalog.vendors), name="vendors"),
    path("new/", market_only(catalog.newest), name="newest"),
    path("p/<slug:slug>/", market_only(catalog.listing), name="listing"),
    path("cart/", market_only(cart.show), name="cart"),
    path("cart/add/", market_only(cart.add), name="cart_add"),
    path("cart/quantity/", market_only(cart.change), name="cart_quantity"),
    path("cart/remove/", market_only(cart.remove), name="cart_remove"),
    path("cart/country/", market_only(cart.country), name="cart_country"),
    path("checkout/", market_only(checkout.checkout), name="checkout"),
    path("checkout/country/", market_only(checkout.country), name="checkout_country"),
    path("orders/", market_only(orders.mine), name="orders"),
    path("orders/<slug:number>/", market_only(orders.show), name="order"),
    path("orders/<slug:number>/pay/", market_only(orders.pay), name="order_pay"),
    path("orders/<slug:number>/paid/", market_only(orders.paid), name="order_paid"),
    path("orders/<slug:number>/cancellation/", market_only(orders.cancellation), name="order_cancellation"),
    path("orders/<slug:number>/again/", market_only(orders.again), name="order_again"),
    path("account/", market_only(account.overview), name="account"),
    path("account/name/", market_only(account.name), name="account_name"),
    path("account/addresses/", market_only(account.addresses), name="addresses"),
    path("account/addresses/new/", market_only(account.address_new), name="address_new"),
    path("account/addresses/<uuid:address_id>/", market_only(account.address_edit), name="address_edit"),
    path("account/addresses/<uuid:address_id>/remove/", market_only(account.address_remove), name="address_remove"),
    path("account/addresses/<uuid:address_id>/default/", market_only(account.address_default), name="address_default"),
    path("account/shops/", market_only(team.shops), name="shops"),
    path("invitations/<uuid:invitation_id>/<slug:signature>/", market_only(team.invitation), name="invitation"),
    path("sell/", market_only(sell.about), name="sell"),
    path("sell/apply/", market_only(sell.apply), name="sell_apply"),
    path("sell/<slug:slug>/", market_only(sell.status), name="sell_status"),
    path("sell/<slug:slug>/plan/", market_only(plan.show), name="plan"),
    path("sell/<slug:slug>/plan/back/", market_only(plan.back), name="plan_back"),
    path("sell/<slug:slug>/plan/subscription/<uuid:price_id>/", market_only(plan.subscribe), name="plan_subscribe"),
    path("sell/<slug:slug>/plan/switch/<uuid:price_id>/", market_only(plan.switch), name="plan_switch"),
    path("sell/<slug:slug>/plan/ending/", market_only(plan.ending), name="plan_ending"),
    path("sell/<slug:slug>/plan/renewal/", market_only(plan.renewal), name="plan_renewal"),
    path("sell/<slug:slug>/plan/billing/", market_only(plan.portal), name="plan_portal"),
    path("sell/<slug:slug>/debt/", market_only(sell.debt), name="sell_debt"),
    path("sell/<slug:slug>/payouts/", market_only(sell.payouts), name="sell_payouts"),
    path("sell/<slug:slug>/payouts/back/", market_only(sell.payouts_back), name="sell_payouts_back"),
]
