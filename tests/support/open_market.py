"""Opens a small market, with all its processes, and keeps it open until SIGTERM: for browsers and programs to walk in.

A process of its own because it plays everybody, which the tests' process, being the superuser, must not.
"""

import json
import signal

import django


def main() -> None:
    django.setup()
    from django.conf import settings

    from billing.stripe.webhooks import register_endpoints
    from embedded.processes import Fleet
    from marketplace.catalog.models import Listing
    from marketplace.demo import acts, setup
    from marketplace.demo.cast import STAFF, VENDORS
    from marketplace.demo.drawings import Drawings
    from marketplace.demo.progress import Progress
    from marketplace.demo.sandbox import Sandbox
    from tenants.isolation.doors import acting_as

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    fleet = Fleet(settings.WORLD, setup.ports())
    try:
        setup.prepare(settings.WORLD, Progress(), spares=6)
        fleet.start(["sandbox", "web", "portal", "office", "worker", "shopworker", "builder", "beat", "live"])
        fleet.wait_until_serving(["sandbox", "web", "portal", "office", "live"])
        sandbox = Sandbox()
        with acting_as("platform"):
            register_endpoints()
        acts.ensure_market()
        staff = acts.ensure_staff(STAFF[0].email, STAFF[0].name, STAFF[0].role)
        money = next(each for each in STAFF if each.role == "controller")
        acts.ensure_staff(money.email, money.name, money.role)
        shops = {}
        with Drawings() as drawings:
            for cast in VENDORS[:3]:
                vendor = acts.approve(acts.apply_(cast, acts.ensure_user(cast.email, cast.contact_name)), staff)
                acts.onboard(acts.wait_for_shop(vendor), sandbox)
                acts.set_shipping(
                    vendor,
                    flat_minor=cast.shipping_minor,
                    free_from_minor=cast.free_shipping_from_minor,
                    handling_days=cast.handling_days,
                )
                shelf = [number for number, product in enumerate(cast.products) if not product.is_sold_out][:2]
                for number in shelf:
                    acts.put_out(
                        vendor,
                        cast.products[number],
                        lambda cast=cast, number=number: drawings.of_product(cast, number),
                    )
                shops[cast.slug] = [cast.products[number].title for number in shelf]
        titles = {title for shelf in shops.values() for title in shelf}
        with acting_as("platform"):
            acts.wait_until(
                lambda: Listing.objects.filter(is_visible=True, title__in=titles).count() == len(titles),
                "Everything being on sale",
                180,
            )
        said = {
            "shops": shops,
            "owners": {cast.slug: cast.email for cast in VENDORS[:3]},
            "staff": STAFF[0].email,
            "finance": money.email,
            "password": acts.PASSWORD,
            "faces": {**settings.PORTS, "sandbox": settings.SANDBOX_PORT, "live": settings.LIVE_PORT},
        }
        print("open", json.dumps(said), flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        fleet.stop()
        setup.stop_servers(settings.WORLD)


if __name__ == "__main__":
    main()
