"""The fleet of shops at the office: seen, exported, and a vendor's way out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kit import clock
from tenants.isolation.measuring import measure
from tenants.isolation.models import ExportState, FleetCheck, Rollout, ShopExport, Wall
from tenants.isolation.replay import quarantine
from tenants.vendors.models import Vendor

pytestmark = pytest.mark.django_db


def test_the_fleet_is_seen_with_what_keeps_it_from_working(desk, two_vendors):
    lindqvist, moreau = two_vendors
    assert measure() > 2
    quarantine(Wall.objects.get(vendor_id=lindqvist.id), "column “shipped” already exists")
    Wall.objects.filter(vendor_id=moreau.id).update(version="an older one")
    now = clock.now()
    Rollout.objects.create(version="abcdef0123456789", total=400, migrated=100, alive_at=now)
    Rollout.objects.create(
        version="0123", total=3, migrated=1, started_at=now - timedelta(days=1), alive_at=now - timedelta(days=1)
    )
    FleetCheck.objects.create(differences_count=1, differences=["store may not SELECT a thing"])
    page = desk("administrator").page("/fleet/")
    for told in (
        "1 shop is quarantined",
        "column “shipped” already exists",
        "Lindqvist",
        lindqvist.schema_name,
        "100 of 400",
        "Running",
        "Interrupted",
        "store may not SELECT a thing",
        "behind",
    ):
        assert told in page, told
    assert 'hx-trigger="every 2s"' in page  # while a run is under way
    office = desk("administrator")
    behind = office.page("/fleet/?state=behind")
    assert "Moreau" in behind
    assert "Lindqvist" not in behind
    assert "Moreau" not in office.page("/fleet/?state=quarantined")
    assert "Lindqvist" in office.page("/fleet/?q=lind")
    with CaptureQueriesContext(connection) as queries:
        office.page("/fleet/")
    assert len(queries) <= 20


def test_an_export_is_asked_for_and_taken(desk, two_vendors):
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    from tenants.isolation.doors import in_shop

    lindqvist, _ = two_vendors
    office = desk("administrator")
    assert office.post(f"/vendors/{lindqvist.id}/exports/").headers["Location"] == "/fleet/"
    export = ShopExport.objects.get()
    assert (export.vendor_id, export.state, export.asked_by) == (lindqvist.id, "queued", office.staff.user_id)
    assert office.get(f"/fleet/exports/{export.id}/").status_code == 404
    with in_shop(lindqvist):
        path = storages["private"].save(f"exports/{lindqvist.id}/{export.id}.zip", ContentFile(b"PK"))
    ShopExport.objects.update(
        state=ExportState.DONE, file_path=path, file_bytes=2, rows_count=12, files_count=1, done_at=clock.now()
    )
    assert f"/fleet/exports/{export.id}/" in office.page("/fleet/")
    answer = office.get(f"/fleet/exports/{export.id}/")
    assert b"".join(answer.streaming_content) == b"PK"
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="lindqvist-{export.asked_at:%Y-%m-%d}.zip"'


def test_a_vendor_leaves_and_comes_back(desk, make_vendor):
    vendor = make_vendor("lindqvist")
    office, address = desk("administrator"), f"/vendors/{vendor.id}/"
    refused = office.post(f"{address}closing/", {"reason": " "})
    assert refused.status_code == 422
    assert "This field is required" in refused.content.decode()
    office.post(f"{address}closing/", {"reason": "You asked us to."})
    page = office.page(address)
    assert "Nothing is open." in page
    assert "You asked us to." in page
    assert "has a right to its data" in office.post(f"{address}closure/", follow=True).content.decode()
    ShopExport.objects.create(vendor_id=vendor.id, state=ExportState.DONE)
    office.post(f"{address}closure/")
    vendor.refresh_from_db()
    assert (vendor.state, vendor.schema_name) == ("closed", None)
    assert "kept until" in office.page("/fleet/?state=retired")
    office.post(f"{address}reopening/")
    back = Vendor.objects.get(id=vendor.id)
    assert (back.state, back.may_sell) == ("active", True)
