"""Gift cards and customers' store credit, as staff look after them: freeze, void, send again, credit, each with a reason."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from approvals.models import Approval
from billing.prepaid import actions
from billing.prepaid.models import GiftCard
from billing.prepaid.queries import cards_page, credit_balance, movements_page
from kit import clock
from kit.errors import SoukError
from kit.ids import uuid7
from kit.money import Money, parse_major
from marketplace.web.backoffice.roles import for_refunds, staff_of
from marketplace.web.backoffice.tables import Filter, pages
from marketplace.web.form_errors import put_error

WAITS = "Asked for. Somebody else has to agree, among the approvals."


class CardFilter(Filter):
    q = forms.CharField(label="Number, last four of the code, or e-mail")


class CreditForm(forms.Form):
    """Goodwill for a customer; `once` makes a form that is sent twice one credit."""

    amount = forms.CharField(label="Amount", max_length=20, help_text="Like 10.00; below zero takes back what is left.")
    reason = forms.CharField(label="Reason", max_length=200, help_text="The customer reads it.")
    once = forms.UUIDField(widget=forms.HiddenInput)


@require_GET
@for_refunds
def gift_cards(request: HttpRequest) -> HttpResponse:
    narrowed = CardFilter(request)
    page = cards_page(search=narrowed.chosen["q"], cursor=request.GET.get("cursor"))
    rows = [{"card": card, "state": state_of(card)} for card in page.rows]
    context = {"rows": rows, "filter": narrowed, **pages(request, page)}
    return render(request, "backoffice/gift_cards.html", context)


@require_GET
@for_refunds
def gift_card(request: HttpRequest, card_id: UUID) -> HttpResponse:
    card = _card(card_id)
    page = movements_page(card.prepaid_id, cursor=request.GET.get("cursor"))
    context = {
        "card": card,
        "state": state_of(card),
        "movements": page.rows,
        "is_open": card.voided_at is None or card.prepaid.free_minor > 0,
        "trail": [{"label": "Gift cards", "url": reverse("backoffice:gift_cards")}, {"label": card.number}],
        **pages(request, page),
    }
    return render(request, "backoffice/gift_card.html", context)


@require_POST
@for_refunds
def freezing(request: HttpRequest, card_id: UUID) -> HttpResponse:
    return _do(request, card_id, actions.freeze, "is frozen")


@require_POST
@for_refunds
def unfreezing(request: HttpRequest, card_id: UUID) -> HttpResponse:
    return _do(request, card_id, actions.unfreeze, "can be used again")


@require_POST
@for_refunds
def voiding(request: HttpRequest, card_id: UUID) -> HttpResponse:
    return _do(request, card_id, actions.void, "is void")


@require_POST
@for_refunds
def mailing(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """A new code, to the same or another address."""
    email = request.POST.get("email", "")
    return _do(request, card_id, actions.send_again, "gets a new code, and is mailed", email=email)


@require_http_methods(["GET", "POST"])
@for_refunds
def customer_credit(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """What a customer has with us, what moved it, and goodwill."""
    user, staff = User.objects.only("id", "email", "name").filter(id=user_id).first(), staff_of(request)
    if user is None:
        raise Http404("There is no such customer.")
    form = CreditForm(request.POST or None, initial={"once": uuid7()})
    if form.is_bound and form.is_valid():
        try:
            made = actions.give_credit(
                user_id=user.id,
                amount=parse_major(form.cleaned_data["amount"], settings.CURRENCY),
                reason=form.cleaned_data["reason"],
                by=staff.user_id,
                role=str(staff.role),
                once=form.cleaned_data["once"],
                who=user.email,
            )
        except ValueError as error:
            form.add_error("amount", str(error))
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, WAITS if isinstance(made, Approval) else "Credited.")
            return HttpResponseRedirect(reverse("backoffice:customer_credit", args=[user.id]))
    held = credit_balance(user.id, settings.CURRENCY)
    page = movements_page(held.id, cursor=request.GET.get("cursor")) if held else None
    context: dict[str, Any] = {
        "customer": user,
        "form": form,
        "credit": Money(held.balance_minor if held else 0, settings.CURRENCY),
        "movements": page.rows if page else [],
        "currency": settings.CURRENCY,
        "trail": [{"label": str(user)}, {"label": "Store credit"}],
        **(pages(request, page) if page else {}),
    }
    return render(request, "backoffice/customer_credit.html", context, status=422 if form.errors else 200)


def state_of(card: GiftCard) -> tuple[str, str]:
    """(tone, word) of a card."""
    if card.voided_at is not None:
        return "bad", "Void"
    if card.frozen_at is not None:
        return "warn", "Frozen"
    if card.expires_on is not None and card.expires_on < clock.today():
        return "neutral", "Expired"
    if not card.prepaid.balance_minor:
        return "neutral", "Used up"
    return ("good", "Sent") if card.mailed_at else ("info", "To be sent")


def _do(request: HttpRequest, card_id: UUID, act: Callable[..., Any], what: str, **said: str) -> HttpResponse:
    card = _card(card_id)
    try:
        done = act(card_id=card.id, reason=request.POST.get("reason", ""), by=staff_of(request).user_id, **said)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, WAITS if isinstance(done, Approval) else f"Gift card {card.number} {what}.")
    return HttpResponseRedirect(reverse("backoffice:gift_card", args=[card.id]))


def _card(card_id: UUID) -> GiftCard:
    card = GiftCard.objects.select_related("prepaid").filter(id=card_id, issued_at__isnull=False).first()
    if card is None:
        raise Http404("There is no such gift card.")
    return card
