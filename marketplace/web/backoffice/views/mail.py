"""What was sent, to read: in development the only place where mail arrives."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.module_loading import import_string
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from marketplace.web.backoffice.roles import for_support
from marketplace.web.backoffice.tables import Filter, pages, tabs
from notifications.actions import Written, compose
from notifications.models import Mail, MailState
from notifications.queries import NoSuchMail, newest_mail, read_mail
from notifications.topics import TOPICS, mail_table

# A message's own page: nothing runs, nothing is loaded, its styles are its own; its links open a window of their own.
SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; form-action 'none'; frame-ancestors 'self'"
)


# What programs do that darken mail they were not asked to: colors turned over, hues kept.
DARKENED = "<style>html{filter:invert(1) hue-rotate(180deg);background:#fff}</style></head>"
MAIL = {"label": "Mail", "url": reverse_lazy("backoffice:mail")}


class MailFilter(Filter):
    q = forms.CharField(label="Address or subject")
    state = forms.ChoiceField(choices=[("", "All"), *MailState.choices], widget=forms.HiddenInput)


@require_GET
@for_support
def mails(request: HttpRequest) -> HttpResponse:
    narrowed = MailFilter(request)
    chosen = narrowed.chosen
    page = newest_mail(state=chosen["state"], search=chosen["q"], cursor=request.GET.get("cursor"))
    context = {
        "rows": page.rows,
        "filter": narrowed,
        "tabs": tabs(
            request, "state", [("", "All", None), *((value, label, None) for value, label in MailState.choices)]
        ),
        **pages(request, page),
    }
    return render(request, "backoffice/mails.html", context)


@require_GET
@for_support
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    message = _message(mail_id)
    trail = [{"label": "Mail", "url": reverse("backoffice:mail")}, {"label": message.subject}]
    return render(request, "backoffice/mail.html", {"mail": message, "trail": trail})


@require_GET
@for_support
@xframe_options_sameorigin
def mail_html(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """The message as a mail program shows it, in a sandbox: it may hold what people wrote."""
    html = _message(mail_id).html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(html, headers={"Content-Security-Policy": SANDBOX, "Cache-Control": "no-store"})


@require_GET
@for_support
def previews(request: HttpRequest) -> HttpResponse:
    """Every mail there is, with who gets it when: one table."""
    rows = [
        {"template": template, "trigger": trigger, "topic": TOPICS[trigger.topic]}
        for template, trigger in mail_table().items()
    ]
    return render(request, "backoffice/mail_previews.html", {"rows": rows, "trail": [MAIL]})


@require_GET
@for_support
def preview(request: HttpRequest, template: str) -> HttpResponse:
    """One mail with invented data: as it is sent, and as a program shows it that darkens what it gets."""
    written = _sample(template)
    trail = [MAIL, {"label": "Previews", "url": reverse("backoffice:mail_previews")}, {"label": template}]
    context = {"template": template, "written": written, "trigger": mail_table()[template], "trail": trail}
    return render(request, "backoffice/mail_preview.html", context)


@require_GET
@for_support
@xframe_options_sameorigin
def preview_html(request: HttpRequest, template: str) -> HttpResponse:
    html = _sample(template).html
    if "dark" in request.GET:
        html = html.replace("</head>", DARKENED, 1)
    return HttpResponse(html, headers={"Content-Security-Policy": SANDBOX, "Cache-Control": "no-store"})


def _sample(template: str) -> Written:
    if template not in mail_table():
        raise Http404("There is no such mail.")
    return compose(template, import_string(settings.MAIL_SAMPLES)(template))


def _message(mail_id: UUID) -> Mail:
    try:
        return read_mail(mail_id)
    except NoSuchMail as error:
        raise Http404(str(error)) from error
