"""Pages of the back office."""

from django.urls import URLPattern, path

from marketplace.web.backoffice.views import (
    audit,
    categories,
    commissions,
    customers,
    facts,
    home,
    mail,
    orders,
    refunds,
    vendors,
)

app_name = "backoffice"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("vendors/", vendors.vendors, name="vendors"),
    path("vendors/<uuid:vendor_id>/", vendors.vendor, name="vendor"),
    path("vendors/<uuid:vendor_id>/approval/", vendors.approval, name="vendor_approval"),
    path("vendors/<uuid:vendor_id>/rejection/", vendors.rejection, name="vendor_rejection"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/refund/", refunds.order_refund, name="order_refund"),
    path("refunds/", refunds.refunds, name="refunds"),
    path("refunds/policy/", refunds.policy, name="refund_policy"),
    path("refunds/<uuid:request_id>/", refunds.refund, name="refund"),
    path("refunds/<uuid:request_id>/decision/", refunds.decision, name="refund_decision"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<uuid:user_id>/", customers.customer, name="customer"),
    path("commissions/", commissions.commissions, name="commissions"),
    path("commissions/new/", commissions.new_rule, name="commission_new"),
    path("commissions/<uuid:rule_id>/", commissions.rule, name="commission"),
    path("commissions/<uuid:rule_id>/position/", commissions.position, name="commission_position"),
    path("commissions/<uuid:rule_id>/end/", commissions.end, name="commission_end"),
    path("categories/", categories.categories, name="categories"),
    path("categories/new/", categories.new_category, name="category_new"),
    path("categories/<uuid:category_id>/", categories.category, name="category"),
    path("mail/", mail.mails, name="mail"),
    path("mail/<uuid:mail_id>/", mail.mail, name="mail_message"),
    path("mail/<uuid:mail_id>/html/", mail.mail_html, name="mail_html"),
    path("facts/", facts.facts, name="facts"),
    path("facts/<uuid:delivery_id>/retry/", facts.retry, name="fact_retry"),
    path("audit/", audit.trail, name="audit"),
]
