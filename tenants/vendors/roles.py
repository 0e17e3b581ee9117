"""What each role at a vendor is for, in a line for people who choose one."""

from tenants.vendors.models import MemberRole

WHAT_ROLES_DO: dict[MemberRole, str] = {
    MemberRole.OWNER: "Everything, payouts and the team included",
    MemberRole.MANAGER: "Products, orders and the shop; sees the money; invites catalog, orders and viewers",
    MemberRole.CATALOG: "Products, stock and imports",
    MemberRole.ORDERS: "Accepts, packs and ships orders",
    MemberRole.FINANCE: "Looks at orders and money, sets up payouts",
    MemberRole.VIEWER: "Looks at everything, changes nothing",
}
