"""Pages of the storefront: the marketplace's host, and a vendor's shop front where it makes sense there."""

from django.urls import URLPattern, path

from kit.permission import open_to
from marketplace.web.storefront.views import (
    account,
    cart,
    catalog,
    checkout,
    coming_back,
    files,
    front,
    orders,
    plan,
    returns,
    saved,
    sell,
    team,
)
from marketplace.web.storefront.visitor import market_only

anybody = open_to("anybody")
# Whoever was given the link, by mail or by this browser's own order, and the customer it belongs to.
holders = open_to("holder")

app_name = "storefront"
urlpatterns: list[URLPattern] = [
    # Also on `<slug>.<domain>`, narrowed to that vendor.
    path("", anybody(catalog.home), name="home"),
    path("c/<path:path>/", anybody(catalog.category), name="category"),
    path("search/", anybody(catalog.search), name="search"),
    path("suggest/", anybody(catalog.suggest), name="suggest"),
    path("v/<slug:slug>/", anybody(catalog.vendor), name="vendor"),
    path("v/<slug:slug>/brand.css", anybody(catalog.brand_css), name="brand_css"),
    path("media/<path:path>", anybody(files.media), name="media"),
    path("p/<slug:slug>/", anybody(catalog.listing), name="listing"),
    path("cart/", anybody(cart.show), name="cart"),
    path("cart/add/", anybody(cart.add), name="cart_add"),
    path("cart/front/", anybody(front.cart), name="front_cart"),
    path("checkout/", anybody(checkout.checkout), name="checkout"),
    # Only there.
    path("about/", anybody(front.about), name="about"),
    path("policies/<slug:kind>/", anybody(front.policy), name="policy"),
    # One cart, one checkout, one account: on the marketplace's host.
    path("vendors/", market_only(anybody(catalog.vendors)), name="vendors"),
    path("new/", market_only(anybody(catalog.newest)), name="newest"),
    path("cart/quantity/", market_only(anybody(cart.change)), name="cart_quantity"),
    path("cart/remove/", market_only(anybody(cart.remove)), name="cart_remove"),
    path("cart/coupon/", market_only(anybody(cart.coupon)), name="cart_coupon"),
    path("cart/coupon/remove/", market_only(anybody(cart.coupon_remove)), name="cart_coupon_remove"),
    path("cart/country/", market_only(anybody(cart.country)), name="cart_country"),
    path("cart/saved/", market_only(anybody(saved.save)), name="cart_save"),
    path("cart/saved/return/", market_only(anybody(saved.move_back)), name="cart_saved_return"),
    path("cart/saved/removal/", market_only(anybody(saved.remove)), name="cart_saved_removal"),
    path("cart/changes/", market_only(anybody(cart.changes_seen)), name="cart_changes"),
    path("cart/shares/", market_only(anybody(saved.share)), name="cart_share"),
    path("cart/shares/end/", market_only(anybody(saved.end_shares)), name="cart_shares_end"),
    path("cart/shared/<slug:token>/", market_only(anybody(saved.shared)), name="shared_cart"),
    path("cart/shared/<slug:token>/copy/", market_only(anybody(saved.take_shared)), name="shared_cart_copy"),
    path("cart/reminder/", market_only(anybody(saved.reminder)), name="cart_reminder"),
    path(
        "cart/reminder/end/<uuid:cart_id>/<slug:token>/",
        market_only(anybody(saved.reminder_end)),
        name="cart_reminder_end",
    ),
    path("checkout/reminder/", market_only(anybody(checkout.reminder)), name="checkout_reminder"),
    path("checkout/country/", market_only(anybody(checkout.country)), name="checkout_country"),
    path("checkout/delivery/", market_only(anybody(checkout.delivery)), name="checkout_delivery"),
    path("orders/", market_only(orders.mine), name="orders"),
    path("orders/<slug:number>/", market_only(holders(orders.show)), name="order"),
    path("orders/<slug:number>/pay/", market_only(holders(orders.pay)), name="order_pay"),
    path("orders/<slug:number>/paid/", market_only(holders(orders.paid)), name="order_paid"),
    path("orders/<slug:number>/cancellation/", market_only(holders(orders.cancellation)), name="order_cancellation"),
    path("orders/<slug:number>/returns/new/", market_only(holders(returns.begin)), name="order_return_new"),
    path("orders/<slug:number>/returns/<uuid:return_id>/", market_only(holders(returns.show)), name="order_return"),
    path(
        "orders/<slug:number>/returns/<uuid:return_id>/label.pdf",
        market_only(holders(returns.label)),
        name="order_return_label",
    ),
    path(
        "orders/<slug:number>/returns/<uuid:return_id>/sending/",
        market_only(holders(returns.sending)),
        name="order_return_sending",
    ),
    path(
        "orders/<slug:number>/returns/<uuid:return_id>/withdrawal/",
        market_only(holders(returns.withdrawal)),
        name="order_return_withdrawal",
    ),
    path(
        "orders/<slug:number>/returns/<uuid:return_id>/photos/",
        market_only(holders(returns.photos)),
        name="order_return_photos",
    ),
    path("orders/<slug:number>/photos/<uuid:photo_id>/", market_only(holders(returns.photo)), name="order_photo"),
    path("orders/<slug:number>/claims/new/", market_only(holders(returns.new_claim)), name="order_claim_new"),
    path("orders/<slug:number>/claims/<uuid:claim_id>/", market_only(holders(returns.claim)), name="order_claim"),
    path(
        "orders/<slug:number>/claims/<uuid:claim_id>/messages/",
        market_only(holders(returns.claim_messages)),
        name="order_claim_messages",
    ),
    path(
        "orders/<slug:number>/claims/<uuid:claim_id>/withdrawal/",
        market_only(holders(returns.claim_withdrawal)),
        name="order_claim_withdrawal",
    ),
    path("orders/<slug:number>/again/", market_only(holders(orders.again)), name="order_again"),
    path("account/", market_only(account.overview), name="account"),
    path("account/name/", market_only(account.name), name="account_name"),
    path("account/addresses/", market_only(account.addresses), name="addresses"),
    path("account/addresses/new/", market_only(account.address_new), name="address_new"),
    path("account/addresses/<uuid:address_id>/", market_only(account.address_edit), name="address_edit"),
    path("account/addresses/<uuid:address_id>/remove/", market_only(account.address_remove), name="address_remove"),
    path("account/addresses/<uuid:address_id>/default/", market_only(account.address_default), name="address_default"),
    path("account/shops/", market_only(team.shops), name="shops"),
    path(
        "invitations/<uuid:invitation_id>/<slug:signature>/", market_only(holders(team.invitation)), name="invitation"
    ),
    path("sell/", market_only(anybody(sell.about)), name="sell"),
    path("sell/apply/", market_only(sell.apply), name="sell_apply"),
    path("sell/invited/<uuid:invitation_id>/", market_only(holders(coming_back.invited)), name="sell_invited"),
    path("sell/resume/<uuid:link_id>/", market_only(coming_back.resume), name="sell_resume"),
    path("sell/resume/<uuid:link_id>/mail/", market_only(coming_back.resume_mail), name="sell_resume_mail"),
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
