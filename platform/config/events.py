"""Who hears of what: the one table from facts to listeners.

INSIDE listeners run in the transaction that announces, with its database role, and may refuse by raising. AFTER listeners
run in the worker once it has committed, each in a transaction of its own; they may run twice.
"""

INSIDE: dict[str, list[str]] = {
    "user.access_ended": ["tenants.vendors.events.end_member_access"],
    "user.changed": ["tenants.vendors.events.copy_person"],
    "account.changed": ["tenants.vendors.events.take_account_status"],
}

AFTER: dict[str, list[str]] = {
    "vendor.applied": ["tenants.vendors.events.mail_applicant"],
    "vendor.approved": ["tenants.vendors.events.mail_applicant"],
    "vendor.rejected": ["tenants.vendors.events.mail_applicant"],
    "vendor.activated": ["tenants.vendors.events.mail_applicant"],
}
