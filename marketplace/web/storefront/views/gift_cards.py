"""Gift cards as people buy them, receive them and look what is left; and a customer's store credit."""

from typing import Any
from uuid import UUID

import structlog
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from billing.payments.models import PaymentState
from billing.payments.provider import ProviderRefused, ProviderUnavailable
from billing.prepaid.actions import CodeShown, begin_purchase, show_code
from billing.prepaid.codes import in_groups, opens
from billing.prepaid.models import GiftCard
from billing.prepaid.queries import bought_by, credit_balance, movements_page
from kit import clock
from kit.callers import address_digest
from kit.errors import SoukError
from kit.links import absolute_url
from kit.money import Money, parse_major
from marketplace.checkout.buying_cards import settle_purchase, start_purchase
from marketplace.checkout.means import card_for
from marketplace.web.form_errors import put_error
from marketplace.web.storefront.visitor import customers, person, see_other

log = structlog.get_logger(__name__)
OTHER = "other"
# The cards that this browser bought: whoever pays as a guest comes back to their own.
_BOUGHT = "gift-cards-bought"


class GiftCardForm(forms.Form):
    """A gift card to buy. What it may be worth is the action's rule."""

    worth = forms.ChoiceField(label="How much", widget=forms.RadioSelect)
    amount = forms.CharField(label="Another amount", max_length=20, required=False)
    recipient_name = forms.CharField(label="Whose it is", max_length=80, required=False)
    recipient_email = forms.EmailField(
        label="Their e-mail", max_length=254, error_messages={"required": "We mail the gift card there."}
    )
    message = forms.CharField(
        label="A few words for them", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    deliver_on = forms.DateField(
        label="Send it on",
        required=False,
        help_text="Empty: as soon as it is paid.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    buyer_name = forms.CharField(label="Your name", max_length=80, help_text="They read who gives it to them.")
    buyer_email = forms.EmailField(
        label="Your e-mail", max_length=254, error_messages={"required": "We send the receipt there."}
    )

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        worths = [(str(amount), str(Money(amount, settings.CURRENCY))) for amount in settings.GIFT_CARD_AMOUNTS]
        self.fields["worth"].choices = [*worths, (OTHER, "Another amount")]  # type: ignore[attr-defined]
        least, most = (Money(limit, settings.CURRENCY) for limit in settings.GIFT_CARD_RANGE)
        self.fields["amount"].help_text = f"From {least} to {most}."

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("worth") == OTHER:
            try:
                given["money"] = parse_major(given.get("amount", ""), settings.CURRENCY)
            except ValueError:
                self.add_error("amount", "Write an amount like 35.00.")
        elif "worth" in given:
            given["money"] = Money(int(given["worth"]), settings.CURRENCY)
        return given


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest) -> HttpResponse:
    """Buy a gift card: then the provider's page."""
    user = person(request)
    initial = {
        "worth": str(settings.GIFT_CARD_AMOUNTS[0]) if settings.GIFT_CARD_AMOUNTS else OTHER,
        "buyer_email": user.email if user else "",
        "buyer_name": user.name if user else "",
    }
    form = GiftCardForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            card = begin_purchase(
                amount=given["money"],
                buyer_id=user.pk if user else None,
                **{name: given[name] for name in ("buyer_email", "buyer_name", "recipient_email", "recipient_name")},
                message=given["message"],
                deliver_on=given["deliver_on"],
            )
            url = start_purchase(card=card, **_ways_back(card))
        except (ProviderUnavailable, ProviderRefused) as error:
            log.warning("gift_card_not_started", cause=str(error))
            form.add_error(None, "Our payment provider does not answer at the moment. Try again in a minute.")
        except SoukError as error:
            put_error(form, error)
        else:
            request.session[_BOUGHT] = [*request.session.get(_BOUGHT, []), str(card.id)][-20:]
            return see_other(url)
    mine = bought_by(user.pk) if user else []
    context = {"form": form, "mine": mine, "years": settings.GIFT_CARD_YEARS, "today": clock.today()}
    return render(request, "storefront/gift_cards.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def paid(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Back from the provider's page, which proves nothing: ask it. For whoever bought the card in this browser."""
    card, user = GiftCard.objects.filter(id=card_id).first(), person(request)
    is_ours = card is not None and (
        str(card.id) in request.session.get(_BOUGHT, []) or (user is not None and card.buyer_id == user.pk)
    )
    if card is None or not is_ours:
        raise Http404("There is no such gift card here.")
    try:
        state = settle_purchase(card=card)
    except (ProviderUnavailable, ProviderRefused):
        state = PaymentState.PROCESSING
    card.refresh_from_db()
    return render(request, "storefront/gift_card_paid.html", {"card": card, "state": state})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """The page that a recipient is mailed the link of: what is on the card, and, once, its code."""
    key = request.GET.get("key", "")
    card = GiftCard.objects.select_related("prepaid").filter(id=card_id, issued_at__isnull=False).first()
    if card is None or card.voided_at is not None or len(key) > 80 or not opens(card.id, card.code_version, key):
        raise Http404("This link opens no gift card.")
    context: dict[str, Any] = {"card": card, "left": Money(card.prepaid.balance_minor, card.currency)}
    if request.method == "POST":
        try:
            _, code = show_code(card_id=card.id, token=key)
        except CodeShown as error:
            context["problem"] = str(error)
        else:
            context["code"] = in_groups(code)
    return render(request, "storefront/gift_card.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def balance(request: HttpRequest) -> HttpResponse:
    """What is left on a card, to whoever has its code."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        typed = request.POST.get("gift_card", "")[:200]
        try:
            card = card_for(code=typed, who=address_digest(request), currency=settings.CURRENCY)
        except SoukError as error:
            context = {"typed": typed, "problem": str(error)}
        else:
            context = {"card": card, "left": Money(card.prepaid.free_minor, card.currency)}
    status = 422 if "problem" in context else 200
    return render(request, "storefront/gift_card_balance.html", context, status=status)


@require_safe
@customers
def credit(request: HttpRequest) -> HttpResponse:
    """A customer's store credit, and all that ever moved it."""
    user = person(request)
    assert user is not None  # `customers` lets nobody else in
    held = credit_balance(user.pk, settings.CURRENCY)
    page = movements_page(held.id, cursor=request.GET.get("cursor")) if held else None
    context = {
        "credit": Money(held.free_minor if held else 0, settings.CURRENCY),
        "held": Money(held.held_minor, settings.CURRENCY) if held and held.held_minor else None,
        "movements": page.rows if page else [],
        "next_url": f"{reverse('storefront:store_credit')}?cursor={page.next_cursor}"
        if page and page.next_cursor
        else "",
        "currency": settings.CURRENCY,
    }
    return render(request, "storefront/store_credit.html", context)


def _ways_back(card: GiftCard) -> dict[str, str]:
    return {
        "success_url": absolute_url("market", reverse("storefront:gift_card_paid", args=[card.id])),
        "cancel_url": absolute_url("market", reverse("storefront:gift_cards")),
    }
