"""What a customer is mailed about: chosen in the account, or switched off by the link in a mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from marketplace.web.storefront.views.account import user_of
from marketplace.web.storefront.visitor import customers, see_other
from notifications.preferences import choose_topics, refuse, refused_topics
from notifications.topics import TOPICS, optional_topics, read_off_token

NOT_A_CUSTOMERS = ("shop", "staff")


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if request.method == "POST":
        wanted = [name for name in optional_topics() if name in request.POST.getlist("topic")]
        choose_topics(email=user.email, wanted=wanted)
        messages.success(request, "Kept.")
        return see_other(reverse("storefront:mail"))
    refused = refused_topics(user.email)
    rows = [
        {"name": name, "topic": topic, "is_on": name not in refused}
        for name, topic in TOPICS.items()
        if name not in NOT_A_CUSTOMERS
    ]
    return render(request, "storefront/mail.html", {"rows": rows, "email": user.email})


@csrf_exempt  # mail programs send it themselves (RFC 8058); the signed address is what allows it
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a mail: shown first, for programs open links too; sent, it is done."""
    found = read_off_token(token)
    if found is None:
        raise Http404("This link is not one of ours.")
    email, topic = found
    if request.method == "POST":
        refuse(email=email, topic=topic)
    context = {"email": email, "topic": TOPICS[topic], "done": request.method == "POST"}
    return render(request, "storefront/mail_off.html", context)
