"""What a test run's environment is. Loaded as pytest's first plugin, before anything reads the settings."""

import os

# `make stripe`, and nothing else, leads tests to Stripe itself: a key that happens to be in the environment does not.
AT_STRIPE = os.environ.get("SOUK_TEST_AT_STRIPE") == "1"
if AT_STRIPE and not os.environ.get("STRIPE_SECRET_KEY", "").startswith(("sk_test_", "rk_test_")):
    raise SystemExit("Tests run at Stripe with the key of a test account only: set STRIPE_SECRET_KEY to one.")

os.environ["SOUK_PROCESS"] = "test"
os.environ.setdefault("SOUK_WORLD", "test")
os.environ["SOUK_DATABASE_ENGINE"] = "tests.support.postgresql"
os.environ["SOUK_DATABASE"] = "souk_test_" + os.environ.get("PYTEST_XDIST_WORKER", "main") + f"_{os.getpid()}"
# Commission is without VAT where a test does not say where the platform is established.
os.environ.setdefault("SOUK_PLATFORM_COUNTRY", "")
os.environ["NO_PROXY"] = "127.0.0.1,localhost"
for name in ("DATABASE_URL", "REDIS_URL", "STRIPE_API_BASE", "SOUK_ENV", "SOUK_CLOCK_FILE"):
    os.environ.pop(name, None)
if not AT_STRIPE:
    os.environ.pop("STRIPE_SECRET_KEY", None)
for name in [name for name in os.environ if name.startswith("SOUK_S3_")]:
    del os.environ[name]
# Processes that test side by side must not empty each other's cache.
os.environ["SOUK_VALKEY_DB"] = str(int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1")[2:]) % 15 + 1)
