"""Souk's settings: one file, environment variables, defaults that run.

`SOUK_PROCESS` says which process this is, and with it the database role, the URLs, the apps and the secrets it gets
(docs/architecture.md has the table). With no `DATABASE_URL` / `REDIS_URL` the embedded servers of the world named by
`SOUK_WORLD` are used; they start at the first connection, never by importing this file.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.object_storage import s3_from, seen_by_browsers, storages_of
from embedded.postgres import PORT
from embedded.servers import secret, valkey_socket
from embedded.world import current_world

env = os.environ.get
BASE_DIR = Path(__file__).resolve().parents[2]

# --- Which process, which world ------------------------------------------------------------------------------------------

PROCESSES = {
    # process: (database role, face it serves)
    "web": ("store", "market"),
    "office": ("platform", "office"),
    "portal": ("doorman", "portal"),
    "worker": ("platform", None),
    "shopworker": ("doorman", None),
    "builder": ("builder", None),
    "beat": (None, None),
    "live": (None, None),
    # One process that stands in for all of them: the tests and the journey, never production.
    "journey": ("platform", "market"),
    "test": ("postgres", "market"),
}
PROCESS = env("SOUK_PROCESS", "office")
if PROCESS not in PROCESSES:
    raise ImproperlyConfigured(f"SOUK_PROCESS={PROCESS!r}: choose one of {', '.join(PROCESSES)}")
DATABASE_ROLE, FACE = PROCESSES[PROCESS]
# Processes whose connection is bound to one vendor's own login role at a time; elsewhere only the search path moves.
BINDS_VENDOR = PROCESS in ("portal", "shopworker")
STANDS_FOR_ALL = PROCESS in ("journey", "test")

PRODUCTION = env("SOUK_ENV", "development") == "production"
DEBUG = env("SOUK_DEBUG", "0") == "1"
EMBEDDED_POSTGRES = not env("DATABASE_URL")
EMBEDDED_VALKEY = not env("REDIS_URL")
EMBEDDED_SANDBOX = not (PRODUCTION or env("STRIPE_SECRET_KEY") or env("STRIPE_API_BASE"))
# There are no worlds in production; `Any`, so that what runs only outside it need not ask.
WORLD: Any = None if PRODUCTION else current_world()
VAR = Path(env("SOUK_DATA", str(WORLD.root if WORLD else BASE_DIR / "var" / "production")))
if WORLD:
    os.environ.setdefault("SOUK_CLOCK_FILE", str(WORLD.clock))


def secret_of(name: str) -> str:
    """A secret from `SOUK_SECRET_<NAME>`, or, outside production, from the world's own folder (made there, mode 0600)."""
    value = env("SOUK_SECRET_" + name.upper().replace("-", "_"))
    if value:
        return value
    if PRODUCTION or env("SOUK_SECRETS_FROM_ENVIRONMENT"):
        raise ImproperlyConfigured(f"SOUK_SECRET_{name.upper().replace('-', '_')} is not set")
    return secret(WORLD, name)


SECRET_OF = secret_of  # for `walls bootstrap`, which sets the roles' passwords
SECRET_KEY = secret_of(f"django-{PROCESS}" if not STANDS_FOR_ALL else "django-web")

# --- Faces: who is served where -------------------------------------------------------------------------------------------

DOMAIN = env("SOUK_DOMAIN", "localhost")
SCHEME = env("SOUK_SCHEME", "https" if PRODUCTION else "http")
PORTS = {
    "market": env("SOUK_MARKET_PORT", "443" if PRODUCTION else "8000"),
    "portal": env("SOUK_PORTAL_PORT", "443" if PRODUCTION else "8001"),
    "office": env("SOUK_OFFICE_PORT", "443" if PRODUCTION else "8002"),
}
# `{vendor}` stands for the vendor's slug. `kit.links` is the only reader.
FACES = {
    "market": {"host": DOMAIN, "port": PORTS["market"], "urlconf": "config.urls_market"},
    "shop": {"host": "{vendor}." + DOMAIN, "port": PORTS["market"], "urlconf": "config.urls_market"},
    "portal": {"host": "{vendor}.portal." + DOMAIN, "port": PORTS["portal"], "urlconf": "config.urls_portal"},
    "office": {"host": "office." + DOMAIN, "port": PORTS["office"], "urlconf": "config.urls_office"},
}
ROOT_URLCONF = FACES[FACE or "market"]["urlconf"]
ALLOWED_HOSTS = [DOMAIN, "." + DOMAIN, *([] if PRODUCTION else ["127.0.0.1", "[::1]", "testserver"])]
if FACE == "market":
    # Vendors' own domains are rows: `ShopFrontMiddleware` refuses every host that is neither ours nor proven by a vendor.
    ALLOWED_HOSTS = ["*"]
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

# --- Apps: the folder tells the schema ------------------------------------------------------------------------------------

SHARED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "accounts",
    "approvals",
    "taxonomy",
    "outbox",
    "notifications",
    "privacy",
    "audit",
    "observability",
    "ui",
    "tenants.isolation",
    "tenants.vendors",
    "tenants.onboarding",
    "billing.ledger",
    "billing.commissions",
    "billing.subscriptions",
    "billing.payments",
    "billing.payouts",
    "billing.disputes",
    "billing.prepaid",
    "billing.reconciliation",
    "billing.stripe",
    "billing.bank_transfer",
    "billing.statements",
    "marketplace.catalog",
    "marketplace.search",
    "marketplace.promotions",
    "marketplace.waiting",
    "marketplace.carts",
    "marketplace.orders",
    "marketplace.fulfillment",
    "marketplace.reviews",
    "marketplace.invoices",
    "marketplace.messages",
    "marketplace.returns",
    "marketplace.checkout",
    "marketplace.demo",
    "marketplace.web",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "api",
]
# People sign in on the marketplace host only, so allauth is installed there alone (and where its tables are made).
SIGN_IN_APPS = ["allauth", "allauth.account", "allauth.mfa", "allauth.headless"]
if PROCESS in ("web", "builder") or STANDS_FOR_ALL:
    SHARED_APPS += SIGN_IN_APPS
TENANT_APPS = [
    "tenants.shop.catalog",
    "tenants.shop.inventory",
    "tenants.shop.shipping",
    "tenants.shop.integrations",
]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS
# Of django-tenants we use the database wrapper. Its search path is set when it changes, not before every query.
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["tenants.isolation.router.SchemaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

# --- Middleware per face --------------------------------------------------------------------------------------------------

_BASE_MIDDLEWARE = [
    "observability.middleware.HealthMiddleware",
    "observability.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
_SESSION_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
_TAIL_MIDDLEWARE = [
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
FACE_MIDDLEWARE = {
    "market": [
        *_BASE_MIDDLEWARE,
        "tenants.vendors.middleware.ShopFrontMiddleware",
        *_SESSION_MIDDLEWARE,
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "allauth.account.middleware.AccountMiddleware",
        "accounts.middleware.LateFormMiddleware",
        *_TAIL_MIDDLEWARE,
        "marketplace.web.middleware.SoukErrorMiddleware",
    ],
    "portal": [
        *_BASE_MIDDLEWARE,
        "tenants.vendors.middleware.VendorHostMiddleware",
        "tenants.vendors.fair_share.FairShareMiddleware",
        *_SESSION_MIDDLEWARE,
        "tenants.vendors.middleware.MemberMiddleware",
        *_TAIL_MIDDLEWARE,
        "marketplace.web.middleware.SoukErrorMiddleware",
    ],
    "office": [
        *_BASE_MIDDLEWARE,
        *_SESSION_MIDDLEWARE,
        "accounts.middleware.StaffMiddleware",
        *_TAIL_MIDDLEWARE,
        "marketplace.web.middleware.SoukErrorMiddleware",
    ],
}
# A process without a face serves nobody; the builder, which makes allauth's tables, must still name its middleware.
MIDDLEWARE = FACE_MIDDLEWARE.get(FACE or ("market" if PROCESS == "builder" else ""), [])

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "marketplace.web.context.page",
            ],
        },
    },
]

# --- Database: PostgreSQL, one role per process ---------------------------------------------------------------------------

_connection: dict[str, Any] = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": True}
if EMBEDDED_POSTGRES and PRODUCTION and DATABASE_ROLE:
    raise ImproperlyConfigured("DATABASE_URL is not set: the embedded server is for development and tests only")
if EMBEDDED_POSTGRES and PRODUCTION:
    _connection |= {"HOST": "", "PORT": "", "NAME": ""}  # a process without a role has no database
elif EMBEDDED_POSTGRES:
    # Where it listens, and not `postgres_address`, which would put the superuser's password into every process.
    _connection |= {"HOST": str(WORLD.run), "PORT": str(PORT), "NAME": env("SOUK_DATABASE", "souk")}
else:
    _url = urlsplit(env("DATABASE_URL", ""))
    _connection |= {"HOST": _url.hostname or "", "PORT": str(_url.port or 5432), "NAME": _url.path.lstrip("/")}
# The builder works as the owner of all tables, and steps out of that role only to make roles.
_session = "-c lock_timeout=10s -c " + ("role=owner" if PROCESS == "builder" else "statement_timeout=60s")
DATABASES = {
    "default": {
        "ENGINE": env("SOUK_DATABASE_ENGINE", "tenants.isolation.postgresql"),
        "USER": DATABASE_ROLE or "nobody",
        "PASSWORD": secret_of(DATABASE_ROLE) if DATABASE_ROLE else "",
        "OPTIONS": {"options": _session},
        "ATOMIC_REQUESTS": False,
        **_connection,
    }
}
# Every vendor's login role has a password derived from this key: held by the processes that serve vendors, and by the
# builder, which makes those roles.
VENDOR_ROLE_KEY = secret_of("vendor-role-key") if BINDS_VENDOR or PROCESS == "builder" or STANDS_FOR_ALL else ""
VENDOR_POOL_SIZE = int(env("SOUK_VENDOR_POOL_SIZE", "40"))
VENDOR_CONNECTION_SECONDS = 600
# Other PostgreSQL clusters to which the builder may move a shop, "north=postgresql://host:5432/name north2=..."; the one of
# DATABASE_URL is called main, and no face reaches a shop on any other.
CLUSTERS = dict(part.split("=", 1) for part in env("SOUK_CLUSTERS", "").split())
# Vendors' own domains: name servers to ask for the records that prove them, "127.0.0.1:5353 …" (none: the machine's own),
# how long one serves on that the plan does not include any more, and how long its proof may be gone before it is lost.
DNS_SERVERS = env("SOUK_DNS_SERVERS", "").split()
DOMAIN_GRACE_DAYS = int(env("SOUK_DOMAIN_GRACE_DAYS", "14"))
DOMAIN_LOST_DAYS = int(env("SOUK_DOMAIN_LOST_DAYS", "7"))
CLOSING_DAYS = int(env("SOUK_CLOSING_DAYS", "7"))
CLOSED_SHOP_DAYS = int(env("SOUK_CLOSED_SHOP_DAYS", "30"))
# How long after all of an order has come its customer is asked how it is; 0: never.
REVIEW_REQUEST_DAYS = int(env("SOUK_REVIEW_REQUEST_DAYS", "5"))
# How long an erasure can be taken back, a copy of one's data be fetched, and an order name its customer (ten years).
ERASURE_DAYS = int(env("SOUK_ERASURE_DAYS", "14"))
COPY_DAYS = int(env("SOUK_COPY_DAYS", "7"))
ORDER_ADDRESS_DAYS = int(env("SOUK_ORDER_ADDRESS_DAYS", "3653"))

# --- Valkey: cache, sessions, Celery's doorbell ---------------------------------------------------------------------------

VALKEY_USER = "default" if STANDS_FOR_ALL else PROCESS
if EMBEDDED_VALKEY and PRODUCTION:
    raise ImproperlyConfigured("REDIS_URL is not set: the embedded server is for development and tests only")
VALKEY_SOCKET = str(valkey_socket(WORLD)) if EMBEDDED_VALKEY else ""
VALKEY_SECRET = secret_of(f"valkey-{VALKEY_USER}") if EMBEDDED_VALKEY else ""
_valkey_url = (
    env("REDIS_URL") or f"unix://{VALKEY_USER}:{VALKEY_SECRET}@{VALKEY_SOCKET}?db={env('SOUK_VALKEY_DB', '0')}"
)
_valkey: dict[str, Any] = {
    "LOCATION": _valkey_url,
    "KEY_PREFIX": FACE or PROCESS,
    "KEY_FUNCTION": "kit.cache.name_of",
    # A page waits for it a moment, and then does without.
    "OPTIONS": {"pool_class": "config.valkey.Pool"}
    if EMBEDDED_VALKEY
    else {"socket_connect_timeout": 1, "socket_timeout": 2},
}
CACHES = {
    "default": {"BACKEND": "kit.cache.Cache", **_valkey},
    "sessions": {"BACKEND": "django.core.cache.backends.redis.RedisCache", **_valkey},
}
SESSION_CACHE_ALIAS = "sessions"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = f"souk_{FACE or 'none'}"
CSRF_COOKIE_NAME = f"souk_{FACE or 'none'}_csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SCHEME == "https"
SESSION_COOKIE_AGE = 14 * 86400 if FACE == "market" else 12 * 3600

CELERY_BROKER_URL = env("REDIS_URL") or f"redis+socket://{VALKEY_USER}:{VALKEY_SECRET}@{VALKEY_SOCKET}?virtual_host=0"

EVENT_TABLE = "config.events"
MAIL_TABLE = "config.mails"
MAIL_SAMPLES = "config.mail_samples.sample_of"
CELERY_APP = "config.worker"
LIBRARY_ACCESS = "config.access.TABLES"
# Tests and the journey run sweeps themselves; a process without a broker has nobody to ring for.
RINGS_DOORBELL = PROCESS not in ("test", "beat") and env("SOUK_DOORBELL", "1") == "1"

# Pages that are open hear that they are old (`live`). The key signs their tickets; the port is that of `live` where no proxy
# stands in front of it and the faces. Streams that one person, and all of one vendor, may have open.
LIVE_KEY = secret_of("live-key") if PROCESS in ("web", "portal", "live") or STANDS_FOR_ALL else ""
LIVE_PORT = env("SOUK_LIVE_PORT", "" if PRODUCTION else "8004")
LIVE_STREAMS_PERSON = int(env("SOUK_LIVE_STREAMS_PERSON", "8"))
LIVE_STREAMS_VENDOR = int(env("SOUK_LIVE_STREAMS_VENDOR", "80"))

# --- People ---------------------------------------------------------------------------------------------------------------

# The address is unique by an index on its lower case, which these checks cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.E003", "auth.W004"]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
if "allauth" in INSTALLED_APPS:
    AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    "login": "accounts.email_forms.LoginForm",
    "add_email": "accounts.email_forms.AddEmailForm",
    "reset_password": "accounts.email_forms.ResetPasswordForm",
    "signup": "accounts.password_forms.SignupForm",
    "change_password": "accounts.password_forms.ChangePasswordForm",
    "set_password": "accounts.password_forms.SetPasswordForm",
    "reset_password_from_key": "accounts.password_forms.ResetPasswordKeyForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "signup": "20/m/ip", "reset_password": "20/m/ip,5/m/key"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# How many proxies stand before us: whose word about the visitor's address the rate limits take.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("SOUK_TRUSTED_PROXIES", "0"))
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/handoff/doors/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Souk"
MFA_ADAPTER = "accounts.mfa.MFAAdapter"
MFA_KEY = secret_of("mfa-key") if PROCESS == "web" or STANDS_FOR_ALL else ""
# Hand-off codes are signed on the marketplace host and only verified elsewhere.
HANDOFF_SIGNING_KEY = secret_of("handoff-signing-key") if PROCESS == "web" or STANDS_FOR_ALL else ""
HANDOFF_VERIFYING_KEY_FILE = env("SOUK_HANDOFF_VERIFYING_KEY_FILE", str(VAR / "handoff-public-key"))
# Programs sign in at /_allauth/app/v1/: an access token for minutes, a refresh token for a day.
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "api.sign_in.TokenStrategy"  # noqa: S105 (a name)
# Of refresh tokens, which only the marketplace reads; access tokens are signed with Ed25519.
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 300
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 86400
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]
if PROCESS != "test":
    PASSWORD_HASHERS = PASSWORD_HASHERS[:1]
else:
    PASSWORD_HASHERS.reverse()

# --- API ------------------------------------------------------------------------------------------------------------------

# What all views have in common says `api.views.ApiView`.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.JsonBody"],
    "EXCEPTION_HANDLER": "api.errors.as_problem",
    "DEFAULT_SCHEMA_CLASS": "api.operations.ApiSchema",  # what `extend_schema` on a method builds on
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "PaymentStateEnum": "billing.payments.models.PaymentState",
        "PromotionKindEnum": "marketplace.promotions.models.Kind",
        "AttemptStateEnum": "billing.payments.models.AttemptState",
        "RefundStateEnum": "billing.payments.models.RefundState",
        "TransferStateEnum": "billing.payouts.models.TransferState",
        "PayoutStateEnum": "billing.payouts.models.PayoutState",
        "PayoutIntervalEnum": "billing.payouts.models.PayoutInterval",
        "WishStateEnum": "billing.payouts.models.WishState",
        "CreditStateEnum": "billing.payouts.models.AdjustmentState",
        "DisputeStateEnum": "billing.disputes.models.DisputeState",
        "DisputeBearerEnum": "billing.disputes.models.Bearer",
        "DebtPaymentKindEnum": "billing.payouts.models.DebtPaymentKind",
        "EvidenceKindEnum": "billing.disputes.evidence.KIND_CHOICES",
        "DocumentKindEnum": "billing.statements.models.DocumentKind",
        "ExportFormatEnum": "billing.statements.models.ExportFormat",
        "ExportStateEnum": "billing.statements.models.ExportState",
        "ExceptionStateEnum": "billing.reconciliation.models.ExceptionState",
        "ShippingKindEnum": "tenants.shop.shipping.terms.KINDS",
        "SellingCountryEnum": "taxonomy.tax.SELLING_COUNTRIES",
        "ProductStateEnum": "tenants.shop.catalog.models.ProductState",
        "VendorOrderStateEnum": "api.v1.vendor.serializers.orders.STATES",
        "VendorOrderStatusEnum": "marketplace.orders.status.WORDS",
        "OrderStatusEnum": "marketplace.orders.status.WHOLE_WORDS",
        "TaxLiableEnum": "marketplace.orders.models.TaxLiable",
        "CommissionPerEnum": "billing.commissions.models.Per",
        "StaffRoleEnum": "accounts.models.StaffRole",
        "DomainStateEnum": "tenants.vendors.models.DomainState",
        "MemberRoleEnum": "tenants.vendors.models.MemberRole",
        "VendorStateEnum": "tenants.vendors.models.VendorState",
        "SubscriptionStateEnum": "billing.subscriptions.models.Status",
        "PlanIntervalEnum": "billing.subscriptions.models.Interval",
        "PlanInvoiceStateEnum": "billing.subscriptions.models.InvoiceStatus",
        "RefundKindEnum": "marketplace.returns.models.RequestKind",
        "RefundRequestStateEnum": "marketplace.returns.models.RequestState",
        "ReturnStateEnum": "marketplace.returns.models.ReturnState",
        "ReturnReasonEnum": "marketplace.returns.models.ReturnReason",
        "MessageSideEnum": "api.v1.vendor.views.messages.SIDES",
        "ClaimStateEnum": "marketplace.returns.models.ClaimState",
        "ClaimKindEnum": "marketplace.returns.models.ClaimKind",
        "CustomersClaimKindEnum": "api.v1.goods_back.CUSTOMERS_KINDS",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.add_what_all_have",
    ],
}
# Calls a minute: of one token (or one address without a token), and of all on one vendor's host.
API_RATE_TOKEN = int(env("SOUK_API_RATE_TOKEN", "600"))
API_RATE_VENDOR = int(env("SOUK_API_RATE_VENDOR", "3000"))
# Of one vendor: pages of the portal a minute, and requests that one portal process works on at once, of the six it can.
PORTAL_RATE_VENDOR = int(env("SOUK_PORTAL_RATE_VENDOR", "1200"))
PORTAL_AT_ONCE_VENDOR = int(env("SOUK_PORTAL_AT_ONCE_VENDOR", "4"))
# Where else than to our own faces a program may have customers sent who come back from paying: `https://app.example`.
API_RETURN_ORIGINS = tuple(
    origin.strip().rstrip("/").lower() for origin in env("SOUK_API_RETURN_ORIGINS", "").split(",") if origin.strip()
)

# --- Money ----------------------------------------------------------------------------------------------------------------

CURRENCY = "EUR"
# From this amount on, a second person decides about what moves money by hand. Minor units of any currency.
FOUR_EYES_MINOR = int(env("SOUK_FOUR_EYES_MINOR", "50000"))
# No single credit or debit of a vendor by hand is larger, whoever agrees.
MOST_BY_HAND_MINOR = int(env("SOUK_MOST_BY_HAND_MINOR", "1000000"))
# What the provider is expected to take of a payment, to warn of commission below it: basis points, and minor units.
PROVIDER_FEE_BPS = int(env("SOUK_PROVIDER_FEE_BPS", "150"))
PROVIDER_FEE_FIXED_MINOR = int(env("SOUK_PROVIDER_FEE_FIXED_MINOR", "25"))
HOLD_DAYS = int(env("SOUK_HOLD_DAYS", "7"))
# Who issues statements and invoices; the lines of the address apart by semicolons. Production has no default.
ISSUER = {
    "name": env("SOUK_LEGAL_NAME", "" if PRODUCTION else "Souk Marketplace GmbH"),
    "address": env("SOUK_LEGAL_ADDRESS", "" if PRODUCTION else "Marktstraße 12; 20357 Hamburg"),
    "country": env("SOUK_LEGAL_COUNTRY", "" if PRODUCTION else "DE"),
    "vat_id": env("SOUK_LEGAL_VAT_ID", "" if PRODUCTION else "DE999999999"),
    "register": env("SOUK_LEGAL_REGISTER", "" if PRODUCTION else "Amtsgericht Hamburg, HRB 000000"),
}
# Where the platform is established decides about VAT on its commission; empty: it charges none. Production says it.
PLATFORM_COUNTRY = env("SOUK_PLATFORM_COUNTRY", ISSUER["country"]).upper()
PLATFORM_VAT_ID = env("SOUK_PLATFORM_VAT_ID", env("SOUK_LEGAL_VAT_ID", ""))
# How long a closed month can still be opened again before its documents are issued by themselves.
STATEMENT_GRACE = timedelta(hours=int(env("SOUK_STATEMENT_GRACE_HOURS", "24")))
# Where VAT numbers are looked up after an order was placed: VIES is https://ec.europa.eu/taxation_customs/vies/rest-api
# Empty: nowhere, they are checked by their form only.
VIES_URL = env("SOUK_VIES_URL", "")
# When customers are invoiced: "shipped", once a vendor has sent its part (or handed it over), or "paid", at once.
INVOICE_WHEN = env("SOUK_INVOICE_WHEN", "shipped")
ORDER_DETAILS = "marketplace.returns.details.details_of"
# DATEV's numbers of the adviser and the client, written into its files.
DATEV_ADVISER = int(env("SOUK_DATEV_ADVISER", "1001"))
DATEV_CLIENT = int(env("SOUK_DATEV_CLIENT", "1"))
# What holds for refunds until a policy is made in the back office: commission "given_back", "kept" or "kept_after" days,
# until when customers cancel, and the largest refund of a role in minor units (None: any; roles not named: nothing).
REFUND_COMMISSION = env("SOUK_REFUND_COMMISSION", "given_back")
REFUND_COMMISSION_DAYS = int(env("SOUK_REFUND_COMMISSION_DAYS", "30"))
REFUND_CUSTOMER_CANCELS = env("SOUK_REFUND_CUSTOMER_CANCELS", "until_accepted")
REFUND_LIMITS: dict[str, int | None] = {
    "member:owner": None,
    "member:manager": 50_000,
    "member:orders": 10_000,
    "staff:administrator": None,
    "staff:controller": None,
    "staff:accountant": 50_000,
    "staff:support": 20_000,
}
# Gift cards: what is proposed, between what any amount may be chosen (minor units), and how many years one is good, counted
# from the end of the year it was bought in; 0: for ever.
GIFT_CARD_AMOUNTS = [int(each) for each in env("SOUK_GIFT_CARD_AMOUNTS", "2500,5000,10000").split(",") if each.strip()]
GIFT_CARD_RANGE = (int(env("SOUK_GIFT_CARD_LEAST", "1000")), int(env("SOUK_GIFT_CARD_MOST", "50000")))
GIFT_CARD_YEARS = int(env("SOUK_GIFT_CARD_YEARS", "3"))
# The largest store credit that a role gives a customer as goodwill, in minor units (None: any; others: none).
GOODWILL_LIMITS: dict[str, int | None] = {
    "administrator": None,
    "controller": None,
    "accountant": 20_000,
    "support": 5_000,
}
STOCK_HOLD_MINUTES = int(env("SOUK_STOCK_HOLD_MINUTES", "30"))
# Who is told when a vendor owes more than it may; nobody when empty.
FINANCE_EMAIL = env("SOUK_FINANCE_EMAIL", "")
# Who bears what a dispute takes for good, and the provider's fee for it: `vendor` or `platform`; staff decides otherwise
# for one dispute.
DISPUTE_LOSS_BORNE_BY = env("SOUK_DISPUTE_LOSS_BORNE_BY", "vendor")
DISPUTE_FEE_BORNE_BY = env("SOUK_DISPUTE_FEE_BORNE_BY", "vendor")
# How much a vendor may owe, in cents, before finance is told; the office can set another limit for one vendor.
VENDOR_DEBT_LIMIT_MINOR = int(env("SOUK_VENDOR_DEBT_LIMIT_MINOR", "50000"))
# A guest's link to an order, and the link of an invitation, are derived from this key: told in mails, which the worker
# writes.
ORDER_LINK_KEY = secret_of("order-link-key") if PROCESS in ("web", "worker", "office") or STANDS_FOR_ALL else ""
PAYMENT_PROVIDER = "billing.stripe.provider.StripeProvider"
# Beside it, by name: what an attempt to pay says it goes by.
OTHER_PAYMENT_PROVIDERS = {"bank_transfer": "billing.bank_transfer.provider.BankTransferProvider"}
# Where customers pay by bank transfer, and vendors of such orders are paid from; offered when there is an account.
BANK_TRANSFER_IBAN = env("SOUK_BANK_IBAN", "").replace(" ", "")
BANK_TRANSFER_BIC = env("SOUK_BANK_BIC", "")
BANK_TRANSFER_HOLDER = env("SOUK_BANK_HOLDER", "Souk")
BANK_TRANSFER_DAYS = int(env("SOUK_BANK_DAYS", "7"))
HOLDS_STRIPE_KEY = PROCESS in ("web", "office", "worker") or STANDS_FOR_ALL
STRIPE_SECRET_KEY = env("STRIPE_SECRET_KEY", "" if PRODUCTION else "sk_test_souk_sandbox") if HOLDS_STRIPE_KEY else ""
SANDBOX_PORT = env("SOUK_SANDBOX_PORT", "8003")
# Where the SDK sends its calls. Empty: Stripe itself. The default, with no real key given, is the sandbox.
STRIPE_API_BASE = env(
    "STRIPE_API_BASE", "" if PRODUCTION or env("STRIPE_SECRET_KEY") else f"http://127.0.0.1:{SANDBOX_PORT}"
)
# Signing secrets of the three webhook endpoints; several (comma separated) while one is being rolled.
# Unset outside production: `manage.py webhooks register` keeps them in this world's secrets folder.
STRIPE_WEBHOOK_SECRETS = {
    name: [part for part in env(f"STRIPE_WEBHOOK_SECRET_{name.upper()}", "").split(",") if part]
    for name in ("platform", "connect", "accounts")
}

# --- Files ----------------------------------------------------------------------------------------------------------------

MEDIA_ROOT = Path(env("SOUK_MEDIA", str(VAR / "media")))
PRIVATE_ROOT = Path(env("SOUK_PRIVATE", str(VAR / "private")))
# Who serves vendors reaches their pictures and documents; the worker makes statements, and the office hands them out.
KEEPS_DOCUMENTS = BINDS_VENDOR or STANDS_FOR_ALL or PROCESS in ("worker", "office")
# None: files in these folders.
S3 = s3_from(env, holds_keys=KEEPS_DOCUMENTS)
MEDIA_URL = f"{S3.public_url}/" if S3 else "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("SOUK_STATIC", str(BASE_DIR / "staticfiles")))
STORAGES = {
    # `default`: public pictures, re-encoded by us. `private`: documents, without an address; whoever hands one out has
    # checked who asks.
    **storages_of(
        S3,
        private_root=PRIVATE_ROOT,
        serves_vendors=BINDS_VENDOR or STANDS_FOR_ALL,
        keeps_documents=KEEPS_DOCUMENTS,
    ),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A product's form has a row of fields for each of up to 100 variants and 250 attributes.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2500
FILE_UPLOAD_PERMISSIONS = 0o644
MAX_PICTURE_BYTES = 12 * 1024 * 1024
MAX_IMPORT_BYTES = 64 * 1024 * 1024

# --- Mail -----------------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "notifications.backends.FolderBackend"
EMAIL_FILE_PATH = VAR / "mail"
if env("SMTP_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = env("SMTP_HOST"), int(env("SMTP_PORT", "587"))
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env("SMTP_USER", ""), env("SMTP_PASSWORD", "")
    EMAIL_USE_TLS = True
DEFAULT_FROM_EMAIL = env("SOUK_FROM_EMAIL", f"Souk <hello@{DOMAIN}>")

# --- Time, language, logs -------------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
LOGGING_CONFIG = None  # observability.apps configures structlog once the apps are ready
LOG_FORMAT = env("SOUK_LOG", "json" if PRODUCTION else "plain")
# Who may read /metrics. Without a token: everybody in development, nobody in production.
METRICS_TOKEN = env("SOUK_METRICS_TOKEN", "")
# Where a process without a face answers /livez, /readyz and /metrics; no port, no answer.
METRICS_HOST = env("SOUK_METRICS_HOST", "127.0.0.1")
METRICS_PORT = int(env("SOUK_METRICS_PORT", "0"))
# Figures of the database are told by who works across vendors, and /readyz asks after Valkey where it is used.
TELLS_FIGURES = DATABASE_ROLE == "platform" or STANDS_FOR_ALL
NEEDS_VALKEY = PROCESS != "builder"
# The marketplace shows and sells without it; nobody is signed in meanwhile, and a portal or an office would be empty.
SERVES_WITHOUT_VALKEY = PROCESS == "web"

CSRF_FAILURE_VIEW = "ui.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION

# --- Production guards: an unsafe default refuses to start ----------------------------------------------------------------

if PRODUCTION:
    _unsafe = []
    if DEBUG:
        _unsafe.append("SOUK_DEBUG=1")
    if STANDS_FOR_ALL:
        _unsafe.append(f"SOUK_PROCESS={PROCESS} stands in for every role")
    if PROCESS == "worker" and not env("SMTP_HOST"):
        _unsafe.append("SMTP_HOST is not set: mail would stay in a folder")
    if DOMAIN == "localhost":
        _unsafe.append("SOUK_DOMAIN is not set")
    if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
        _unsafe.append("SOUK_METRICS_TOKEN is shorter than 20 characters")
    if len(SECRET_KEY) < 40:
        _unsafe.append("the Django secret key is shorter than 40 characters")
    if os.environ.get("SOUK_FAULTS"):
        _unsafe.append("SOUK_FAULTS stops processes dead")
    if os.environ.get("SOUK_CLOCK_FILE"):
        _unsafe.append("SOUK_CLOCK_FILE moves the clock")
    if S3 and SCHEME == "https":
        _unsafe += [
            f"{name} is not https" for name, url in seen_by_browsers(S3).items() if not url.startswith("https:")
        ]
    if HOLDS_STRIPE_KEY:
        # They decide about VAT on commission: without a country every commission would be taken without any.
        if len(PLATFORM_COUNTRY) != 2 or not PLATFORM_COUNTRY.isalpha():
            _unsafe.append("SOUK_PLATFORM_COUNTRY is not set to a country's two letters")
        if not STRIPE_SECRET_KEY or STRIPE_SECRET_KEY.startswith("sk_test_souk"):
            _unsafe.append("STRIPE_SECRET_KEY is not set")
        if STRIPE_API_BASE:
            _unsafe.append("STRIPE_API_BASE points away from Stripe (the sandbox is for development)")
    if PROCESS == "web":
        _unsafe += [
            f"STRIPE_WEBHOOK_SECRET_{name.upper()} is not set"
            for name, secrets in STRIPE_WEBHOOK_SECRETS.items()
            if not secrets
        ]
    if _unsafe:
        raise ImproperlyConfigured("Refusing to start in production: " + "; ".join(_unsafe))

if "runserver" in sys.argv[1:2]:
    raise ImproperlyConfigured("`make demo` starts the processes; runserver would serve one face with the wrong role")
