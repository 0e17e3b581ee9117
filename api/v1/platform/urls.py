"""The platform API: what the back office does, on the office's host."""

from django.urls import path

from api.schema import with_document
from api.v1.platform.views import (
    commissions,
    drafts,
    fleet,
    invitations,
    me,
    onboarding,
    orders,
    plans,
    promotions,
    refund_policies,
    refunds,
    staff,
    vendors,
)

app_name = "api_platform"
urlpatterns = with_document(
    "platform",
    "Souk platform API",
    "Vendors, their applications and shops, everybody's orders, commissions, vendors' plans, and the staff.",
    [
        path("me", me.Me.as_view(), name="me"),
        path("vendors", vendors.VendorList.as_view(), name="vendors"),
        path("vendors/<uuid:vendor_id>", vendors.VendorOne.as_view(), name="vendor"),
        path("vendors/<uuid:vendor_id>/approval", vendors.Approval.as_view(), name="vendor_approval"),
        path("vendors/<uuid:vendor_id>/rejection", vendors.Rejection.as_view(), name="vendor_rejection"),
        path("vendors/<uuid:vendor_id>/suspension", vendors.Suspension.as_view(), name="vendor_suspension"),
        path("vendors/<uuid:vendor_id>/lifting", vendors.Lifting.as_view(), name="vendor_lifting"),
        path("vendors/<uuid:vendor_id>/closing", vendors.Closing.as_view(), name="vendor_closing"),
        path("vendors/<uuid:vendor_id>/closure", vendors.Closure.as_view(), name="vendor_closure"),
        path("vendors/<uuid:vendor_id>/reopening", vendors.Reopening.as_view(), name="vendor_reopening"),
        path("vendors/<uuid:vendor_id>/onboarding", onboarding.VendorChecklist.as_view(), name="vendor_onboarding"),
        path(
            "vendors/<uuid:vendor_id>/onboarding/<slug:code>/decision",
            onboarding.StepDecision.as_view(),
            name="vendor_onboarding_decision",
        ),
        path("vendors/<uuid:vendor_id>/shop-exports", fleet.VendorExports.as_view(), name="vendor_exports"),
        path("vendor-invitations", invitations.InvitationList.as_view(), name="vendor_invitations"),
        path(
            "vendor-invitations/<uuid:vendor_invitation_id>",
            invitations.InvitationOne.as_view(),
            name="vendor_invitation",
        ),
        path(
            "vendor-invitations/<uuid:vendor_invitation_id>/mails",
            invitations.InvitationMails.as_view(),
            name="vendor_invitation_mails",
        ),
        path("fleet", fleet.FleetOne.as_view(), name="fleet"),
        path("shops", fleet.ShopList.as_view(), name="shops"),
        path("shops/<slug:wall>", fleet.ShopOne.as_view(), name="shop"),
        path("shop-exports", fleet.ShopExportList.as_view(), name="shop_exports"),
        path("shop-exports/<uuid:shop_export_id>", fleet.ShopExportOne.as_view(), name="shop_export"),
        path("shop-exports/<uuid:shop_export_id>/file", fleet.ShopExportFile.as_view(), name="shop_export_file"),
        path("onboarding", onboarding.Waiting.as_view(), name="onboarding"),
        path("orders", orders.OrderList.as_view(), name="orders"),
        path("orders/<slug:number>", orders.OrderOne.as_view(), name="order"),
        path("orders/<slug:number>/refund-previews", refunds.RefundPreviews.as_view(), name="refund_previews"),
        path("orders/<slug:number>/refund-requests", refunds.OrderRefundRequests.as_view(), name="order_refunds"),
        path("refund-requests", refunds.RefundRequestList.as_view(), name="refund_requests"),
        path("refund-requests/<uuid:request_id>", refunds.RefundRequestOne.as_view(), name="refund_request"),
        path(
            "refund-requests/<uuid:request_id>/previews",
            refunds.RefundRequestPreviews.as_view(),
            name="refund_previews_of",
        ),
        path(
            "refund-requests/<uuid:request_id>/approval",
            refunds.RefundRequestApproval.as_view(),
            name="refund_approval_of",
        ),
        path(
            "refund-requests/<uuid:request_id>/rejection",
            refunds.RefundRequestRejection.as_view(),
            name="refund_rejection_of",
        ),
        path("refund-policy", refund_policies.PolicyNow.as_view(), name="refund_policy_now"),
        path("refund-policies", refund_policies.PolicyList.as_view(), name="refund_policies"),
        path("refund-policies/<uuid:policy_id>", refund_policies.PolicyOne.as_view(), name="refund_policy"),
        path("commission-rules", commissions.RuleList.as_view(), name="commission_rules"),
        path("commission-rules/<uuid:rule_id>", commissions.RuleOne.as_view(), name="commission_rule"),
        path(
            "commission-rules/<uuid:rule_id>/position", commissions.RulePosition.as_view(), name="commission_position"
        ),
        path(
            "commission-rules/<uuid:rule_id>/versions", commissions.RuleVersions.as_view(), name="commission_versions"
        ),
        path("commission-drafts", drafts.DraftList.as_view(), name="commission_drafts"),
        path("commission-drafts/<uuid:draft_id>", drafts.DraftOne.as_view(), name="commission_draft"),
        path("commission-drafts/<uuid:draft_id>/adoption", drafts.DraftAdoption.as_view(), name="commission_adoption"),
        path(
            "commission-drafts/<uuid:draft_id>/simulations",
            drafts.DraftSimulations.as_view(),
            name="commission_simulations",
        ),
        path(
            "commission-simulations/<uuid:simulation_id>",
            drafts.SimulationOne.as_view(),
            name="commission_simulation",
        ),
        path("commission-explanations", commissions.Explanations.as_view(), name="commission_explanations"),
        path("staff", staff.StaffList.as_view(), name="staff"),
        path("staff/<uuid:staff_id>", staff.StaffOne.as_view(), name="staff_member"),
        path("promotions", promotions.Promotions.as_view(), name="promotions"),
        path("promotions/<uuid:promotion_id>", promotions.PromotionOne.as_view(), name="promotion"),
        path("promotions/<uuid:promotion_id>/pause", promotions.PromotionPause.as_view(), name="promotion_pause"),
        path("plans", plans.PlanList.as_view(), name="plans"),
        path("plans/<uuid:plan_id>", plans.PlanOne.as_view(), name="plan"),
        path("plans/<uuid:plan_id>/prices", plans.PlanPrices.as_view(), name="plan_prices"),
    ],
)
