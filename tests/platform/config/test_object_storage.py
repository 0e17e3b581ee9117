"""What the variables of S3 lead to, and what they refuse. Settings are read once a process, so some cases are one."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.object_storage import S3, s3_from, storages_of
from embedded.processes import REACH_FILES, SECRETS, Ports, environment_of
from embedded.world import World
from tests.platform.config.test_settings import SAFE, read_settings

SAID = {
    "SOUK_S3_PUBLIC_BUCKET": "pictures",
    "SOUK_S3_PRIVATE_BUCKET": "documents",
    "SOUK_S3_PUBLIC_URL": "https://cdn.example/",
    "SOUK_S3_REGION": "eu-central-1",
}
KEYS = {"SOUK_S3_ACCESS_KEY": "a", "SOUK_S3_SECRET_KEY": "s"}
SERVER = {"SOUK_S3_ENDPOINT": "http://s3:8333", "SOUK_S3_DOWNLOAD_ENDPOINT": "https://files.example"}


def told(environment, *, holds_keys=True):
    return s3_from(lambda name, default: environment.get(name, default), holds_keys=holds_keys)


def test_with_nothing_set_files_stay_in_folders():
    assert told({}) is None
    assert told(dict.fromkeys(SAID | KEYS | SERVER, "")) is None
    assert told(KEYS, holds_keys=False) is None
    assert storages_of(None, private_root=Path("private"), serves_vendors=True) == {
        "default": {"BACKEND": "kit.storage.PublicFiles"},
        "private": {"BACKEND": "kit.storage.PrivateFiles", "OPTIONS": {"location": "private"}},
    }


def test_at_aws_four_names_are_enough():
    assert told(SAID) == S3("pictures", "documents", "https://cdn.example", "eu-central-1")


@pytest.mark.parametrize("name", SAID)
def test_what_is_set_partly_is_refused_by_name(name):
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not set$"):
        told(SAID | {name: ""})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (KEYS | {"SOUK_S3_SECRET_KEY": ""}, "SOUK_S3_SECRET_KEY is not set"),
        (KEYS | {"SOUK_S3_ACCESS_KEY": ""}, "SOUK_S3_ACCESS_KEY is not set"),
        ({"SOUK_S3_PRIVATE_BUCKET": "pictures"}, "are the same"),
        ({"SOUK_S3_PUBLIC_URL": "cdn.example"}, "SOUK_S3_PUBLIC_URL is not an address"),
        ({"SOUK_S3_PUBLIC_URL": "https://cdn.example; script-src *"}, "SOUK_S3_PUBLIC_URL is not an address"),
        ({"SOUK_S3_ENDPOINT": "ftp://s3"}, "SOUK_S3_ENDPOINT is not an address"),
        ({"SOUK_S3_DOWNLOAD_ENDPOINT": "https://"}, "SOUK_S3_DOWNLOAD_ENDPOINT is not an address"),
    ],
)
def test_what_contradicts_itself_is_refused(changes, why):
    with pytest.raises(ImproperlyConfigured, match=why):
        told(SAID | changes)


def test_keys_alone_do_not_pass_for_folders():
    with pytest.raises(ImproperlyConfigured, match="SOUK_S3_PUBLIC_BUCKET is not set"):
        told(KEYS)


def test_the_refusal_names_no_secret():
    with pytest.raises(ImproperlyConfigured) as refused:
        told(KEYS | {"SOUK_S3_SECRET_KEY": "planted-secret"})
    assert "planted-secret" not in str(refused.value)
    assert "planted-secret" not in repr(told(SAID | KEYS | {"SOUK_S3_SECRET_KEY": "planted-secret"}))


@pytest.mark.parametrize(
    ("process", "stores", "key"),
    [
        ("web", ["default", "staticfiles"], ""),
        ("office", ["default", "private", "staticfiles"], "a"),
        ("worker", ["default", "private", "staticfiles"], "a"),
        ("portal", ["default", "private", "staticfiles"], "a"),
        ("shopworker", ["default", "private", "staticfiles"], "a"),
    ],
)
def test_a_process_has_the_stores_and_the_keys_it_needs(tmp_path, process, stores, key):
    environment = SAID | KEYS | SERVER | {"SOUK_PROCESS": process}
    found, error = read_settings(
        tmp_path, environment, "[sorted(s.STORAGES), s.S3.access_key, s.S3.secret_key, s.MEDIA_URL]"
    )
    assert error == ""
    assert found == [stores, key, "s" if key else "", "https://cdn.example/"]


def test_browsers_are_sent_to_https_in_production(tmp_path):
    assert read_settings(tmp_path, SAFE | SAID | SERVER) == (None, "")
    for changes, why in (
        ({"SOUK_S3_PUBLIC_URL": "http://cdn.example"}, "SOUK_S3_PUBLIC_URL is not https"),
        ({"SOUK_S3_DOWNLOAD_ENDPOINT": ""}, "SOUK_S3_DOWNLOAD_ENDPOINT is not https"),
    ):
        assert why in read_settings(tmp_path, SAFE | SAID | SERVER | changes)[1]


def test_a_partly_set_store_starts_no_process(tmp_path):
    _, error = read_settings(tmp_path, {**SAID, "SOUK_S3_REGION": ""})
    assert error == (
        "django.core.exceptions.ImproperlyConfigured: Pictures and documents on S3: SOUK_S3_REGION is not set"
    )


def test_of_one_machines_processes_those_that_reach_files_get_the_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUK_VAR", str(tmp_path))
    for name, value in (SAID | KEYS | SERVER).items():
        monkeypatch.setenv(name, value)
    given = {process: environment_of(process, World.named("demo"), Ports()) for process in SECRETS}
    assert {process for process, environment in given.items() if KEYS.items() <= environment.items()} == {
        "portal",
        "shopworker",
        "worker",
        "office",
    }
    assert all((SAID | SERVER).items() <= environment.items() for environment in given.values())
    assert [process for process, environment in given.items() if "SOUK_S3_SECRET_KEY" in environment] == [
        process for process in SECRETS if process in REACH_FILES
    ]
