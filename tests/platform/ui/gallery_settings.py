"""Settings that run the gallery alone, without a database: `django-admin runserver --settings gallery_settings`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DEBUG = True
SECRET_KEY = "the gallery keeps no secrets"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.staticfiles", "ui"]
ROOT_URLCONF = "gallery_urls"
STATIC_URL = "/static/"
USE_TZ = True
TIME_ZONE = "UTC"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
