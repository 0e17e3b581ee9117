"""Connected accounts: one record, shown as v2 (`v2.core.account`) and as v1 (`account`).

Onboarding decides what they may do.
"""

from __future__ import annotations

import copy
from typing import Any

from .errors import ApiError, invalid, unsupported
from .ids import new_id
from .money.currencies import default_currency
from .money.payouts import add_bank_account, bank_account, resume_payouts
from .money.settings import balance_settings
from .store import Record
from .world import World

KIND = "v2.core.account"
INCLUDABLE = (
    "configuration.customer",
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
)
WANTED = (
    "identity.business_details.registered_name",
    "identity.individual.date_of_birth",
    "identity.individual.given_name",
    "identity.attestations.terms_of_service",
    "defaults.payout_methods",
)
# A payout to this account number comes back. Any other IBAN works.
FAILING_IBAN_END = "1116"
SLOW_IBAN_END = "3001"  # takes no instant payouts


def create_account(world: World, params: dict[str, Any]) -> Record:
    """Open a connected account from v2 parameters; its recipient capability is pending until onboarding is finished.

    Raises ApiError for combinations that Stripe or the sandbox refuses.
    """
    configuration, identity = params.get("configuration") or {}, params.get("identity") or {}
    if configuration.get("merchant"):
        raise unsupported("configuration.merchant")
    responsibilities = (params.get("defaults") or {}).get("responsibilities") or {}
    collectors = responsibilities.get("fees_collector"), responsibilities.get("losses_collector")
    if params.get("dashboard") == "express" and collectors != ("application", "application"):
        raise invalid(
            "Accounts with an Express dashboard need defaults.responsibilities.fees_collector and "
            "losses_collector to be "
            "`application`.",
            code="account_controller_express_dash_without_application_losses_or_fees",
            param="defaults.responsibilities",
        )
    recipient = configuration.get("recipient")
    if recipient is not None and not identity.get("country"):
        raise invalid(
            "identity.country is required for this configuration.", param="identity.country", code="parameter_missing"
        )
    country = (identity.get("country") or world.settings.country).upper()
    defaults = params.get("defaults") or {}
    record = world.create(
        KIND,
        "acct",
        world.platform,
        {
            "applied_configurations": [
                name for name in ("customer", "recipient") if configuration.get(name) is not None
            ],
            "closed": False,
            "configuration": {},
            "contact_email": params.get("contact_email"),
            "contact_phone": params.get("contact_phone"),
            "dashboard": params.get("dashboard"),
            "display_name": params.get("display_name"),
            "defaults": {
                "currency": (defaults.get("currency") or default_currency(country)).lower(),
                "locales": defaults.get("locales") or [],
                "payout_methods": None,
                "profile": defaults.get("profile"),
                "responsibilities": {
                    "fees_collector": collectors[0],
                    "losses_collector": collectors[1],
                    "requirements_collector": "stripe",
                },
            },
            "future_requirements": {"entries": [], "summary": None},
            "identity": {**identity, "country": country, "entity_type": identity.get("entity_type")},
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "requirements": {"entries": [], "summary": None},
        },
        {"details_submitted": False, "tos_at": None},
        id=new_id("acct", 16),
    )
    _configure(record, configuration)
    if recipient is not None:
        _ask_for(record, WANTED, "currently_due")
    world.store.save(record)
    world.emit_thin("v2.core.account.created", record)
    return record


def update_account(world: World, record: Record, params: dict[str, Any]) -> None:
    """Merge v2 parameters into an account.

    Null unsets. Raises ApiError if it is closed or asked for what cannot change.
    """
    if record.body["closed"]:
        raise invalid(f"The account {record.id} is closed.", code="account_closed")
    configuration = params.get("configuration") or {}
    if configuration.get("merchant"):
        raise unsupported("configuration.merchant")
    if params.get("dashboard") not in (None, record.body["dashboard"]):
        raise invalid("The dashboard of an account cannot be changed.", param="dashboard")
    for name in ("contact_email", "contact_phone", "display_name"):
        if name in params:
            record.body[name] = params[name]
    for name in ("identity", "defaults"):
        if params.get(name):
            record.body[name] = merged(record.body[name], params[name])
    if params.get("metadata") is not None:
        record.body["metadata"] = {
            k: v for k, v in {**record.body["metadata"], **params["metadata"]}.items() if v is not None
        }
    had_recipient = "recipient" in record.body["applied_configurations"]
    _configure(record, configuration)
    if (
        not had_recipient
        and "recipient" in record.body["applied_configurations"]
        and not record.hidden["details_submitted"]
    ):
        _ask_for(record, WANTED, "currently_due")
    world.store.save(record)
    world.emit_thin("v2.core.account.updated", record)
    for part in ("identity", "defaults"):
        if params.get(part):
            world.emit_thin(f"v2.core.account[{part}].updated", record)
    for part in configuration:
        world.emit_thin(f"v2.core.account[configuration.{part}].updated", record)
    world.emit(record.id, "account.updated", v1_view(world, record))


def onboard(world: World, record: Record, *, succeeded: bool, details: dict[str, str] | None = None) -> None:
    """End the onboarding: all requirements met and transfers active, or refused and transfers restricted.

    ``details`` may hold ``name``, ``email`` and ``iban``; an IBAN that ends in 1116 gets its payouts returned.
    """
    details = details or {}
    record.hidden |= {"details_submitted": True, "tos_at": world.now}
    if details.get("name"):
        record.body["identity"].setdefault("business_details", None)
        record.body["identity"]["business_details"] = {
            **(record.body["identity"]["business_details"] or {}),
            "registered_name": details["name"],
        }
    if details.get("email") and not record.body["contact_email"]:
        record.body["contact_email"] = details["email"]
    iban = "".join((details.get("iban") or "DE89370400440532013000").split())
    had_bank = bank_account(world, record.id)
    bank = add_bank_account(
        world,
        record.id,
        country=record.body["identity"]["country"],
        currency=record.body["defaults"]["currency"],
        last4=iban[-4:],
        fails=iban.endswith(FAILING_IBAN_END),
        instant=not iban.endswith(SLOW_IBAN_END),
    )
    if succeeded:
        record.body["requirements"] = {"entries": [], "summary": None}
    else:
        _ask_for(
            record,
            ("identity.individual.documents.primary_verification",),
            "past_due",
            error="verification_document_failed_other",
        )
    world.store.save(record)
    world.emit(
        record.id, "account.external_account.updated" if had_bank else "account.external_account.created", bank.body
    )
    world.emit_thin("v2.core.account[identity].updated", record)
    world.emit_thin("v2.core.account[requirements].updated", record)
    set_capability(world, record, "active" if succeeded else "restricted")
    resume_payouts(world, record.id)


def set_capability(world: World, record: Record, status: str) -> None:
    """Set the status of the recipient's ``stripe_transfers`` and tell, if that changes it."""
    recipient = record.body["configuration"].get("recipient")
    if recipient is None:
        raise ApiError(400, f"The account {record.id} has no recipient configuration.")
    balance = recipient["capabilities"]["stripe_balance"]
    if balance["stripe_transfers"]["status"] != status:
        balance["stripe_transfers"] = {"status": status, "status_details": _why(status)}
        balance["payouts"] = {"status": status, "status_details": _why(status)}
        world.store.save(record)
        for capability in ("stripe_balance.stripe_transfers", "stripe_balance.payouts"):
            world.emit_thin(
                "v2.core.account[configuration.recipient].capability_status_updated",
                record,
                {"updated_capability": capability},
            )
    world.emit(record.id, "account.updated", v1_view(world, record))


def v2_view(record: Record, include: list[str]) -> dict[str, Any]:
    """The account as v2 answers it: what was not asked for by ``include`` is null."""
    body = copy.deepcopy(record.body)
    for name in ("defaults", "future_requirements", "identity", "requirements"):
        if name not in include:
            body[name] = None
    shown = {name.partition(".")[2] for name in include if name.startswith("configuration.")}
    body["configuration"] = {
        name: body["configuration"].get(name) for name in ("customer", "merchant", "recipient") if name in shown
    } or None
    return body


def v1_view(world: World, record: Record) -> dict[str, Any]:
    """The same account as v1 answers it."""
    body = record.body
    recipient = body["configuration"].get("recipient")
    status = recipient["capabilities"]["stripe_balance"]["stripe_transfers"]["status"] if recipient else "unsupported"
    due = [entry["description"] for entry in body["requirements"]["entries"]]
    past = [e["description"] for e in body["requirements"]["entries"] if e["minimum_deadline"]["status"] == "past_due"]
    bank = world.store.find(f"ba_{record.id.removeprefix('acct_')}")
    payouts = balance_settings(world, record.id)["payments"]
    schedule = payouts["payouts"]["schedule"]
    requirements = {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": due,
        "past_due": past,
        "pending_verification": [],
    }
    return {
        "id": record.id,
        "object": "account",
        "business_profile": None,
        "business_type": body["identity"]["entity_type"],
        "capabilities": {"transfers": {"active": "active", "pending": "pending"}.get(status, "inactive")}
        if recipient
        else {},
        "charges_enabled": False,
        "controller": {
            "type": "application",
            "is_controller": True,
            "requirement_collection": "stripe",
            "fees": {"payer": "application"},
            "losses": {"payments": body["defaults"]["responsibilities"]["losses_collector"] or "application"},
            "stripe_dashboard": {"type": body["dashboard"] or "none"},
        },
        "country": body["identity"]["country"],
        "created": record.created,
        "default_currency": body["defaults"]["currency"],
        "details_submitted": record.hidden["details_submitted"],
        "email": body["contact_email"],
        "external_accounts": {
            "object": "list",
            "data": [bank.body] if bank else [],
            "has_more": False,
            "url": f"/v1/accounts/{record.id}/external_accounts",
        },
        "future_requirements": {
            **requirements,
            "currently_due": [],
            "disabled_reason": None,
            "eventually_due": [],
            "past_due": [],
        },
        "metadata": body["metadata"],
        "payouts_enabled": status == "active" and payouts["payouts"]["status"] == "enabled",
        "requirements": requirements,
        "settings": {
            "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
            "card_payments": dict.fromkeys(("statement_descriptor_prefix",)),
            "dashboard": {"display_name": body["display_name"], "timezone": "Etc/UTC"},
            "payments": dict.fromkeys(("statement_descriptor",)),
            "payouts": {
                "debit_negative_balances": bool(payouts["debit_negative_balances"]),
                "statement_descriptor": None,
                "schedule": {**schedule, "delay_days": payouts["settlement_timing"]["delay_days"]},
            },
        },
        "tos_acceptance": {"date": record.hidden["tos_at"]},
        "type": "express" if body["dashboard"] == "express" else "none",
    }


def merged(old: Any, new: Any) -> Any:
    """Merge v2's nested objects: what is not named stays, null unsets, everything else replaces."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}


def _configure(record: Record, configuration: dict[str, Any]) -> None:
    if configuration.get("recipient") is not None and "recipient" not in record.body["configuration"]:
        record.body["configuration"]["recipient"] = {
            "applied": True,
            "capabilities": {
                "bank_accounts": None,
                "cards": None,
                "stripe_balance": {
                    "payouts": {"status": "pending", "status_details": _why("pending")},
                    "stripe_transfers": {"status": "pending", "status_details": _why("pending")},
                },
            },
        }
    customer = configuration.get("customer")
    if customer is not None:
        wanted = ((customer.get("capabilities") or {}).get("automatic_indirect_tax") or {}).get("requested")
        record.body["configuration"]["customer"] = {
            "automatic_indirect_tax": None,
            "billing": None,
            "capabilities": None,
            "shipping": None,
            "test_clock": None,
            **record.body["configuration"].get("customer", {}),
            **{k: v for k, v in customer.items() if k == "shipping"},
            "applied": True,
            **(
                {"capabilities": {"automatic_indirect_tax": {"status": "active", "status_details": []}}}
                if wanted
                else {}
            ),
        }
    record.body["applied_configurations"] = [
        name for name in ("customer", "recipient") if name in record.body["configuration"]
    ]


def _why(status: str) -> list[dict[str, str]]:
    code = {
        "pending": "requirements_pending_verification",
        "restricted": "requirements_past_due",
        "rejected": "rejected_other",
        "unsupported": "unsupported_country",
    }.get(status)
    resolution = "provide_info" if status in ("pending", "restricted") else "contact_stripe"
    return [{"code": code, "resolution": resolution}] if code else []


def _ask_for(record: Record, descriptions: tuple[str, ...], deadline: str, error: str | None = None) -> None:
    record.body["requirements"] = {
        "summary": {"minimum_deadline": {"status": deadline, "time": None}},
        "entries": [
            {
                "awaiting_action_from": "user",
                "description": description,
                "minimum_deadline": {"status": deadline},
                "reference": None,
                "errors": [{"code": error, "description": "The document could not be verified."}] if error else [],
                "impact": {
                    "restricts_capabilities": [
                        {
                            "capability": "stripe_balance.stripe_transfers",
                            "configuration": "recipient",
                            "deadline": {"status": deadline},
                        }
                    ]
                },
                "requested_reasons": [{"code": "routine_onboarding"}],
            }
            for description in descriptions
        ],
    }
