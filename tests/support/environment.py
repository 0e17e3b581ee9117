"""What a test run's environment is. Loaded as pytest's first plugin, before anything reads the settings."""

import os

os.environ["SOUK_PROCESS"] = "test"
os.environ.setdefault("SOUK_WORLD", "test")
os.environ["SOUK_DATABASE_ENGINE"] = "tests.support.postgresql"
os.environ["SOUK_DATABASE"] = "souk_test_" + os.environ.get("PYTEST_XDIST_WORKER", "main") + f"_{os.getpid()}"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"
for name in ("DATABASE_URL", "REDIS_URL", "STRIPE_SECRET_KEY", "SOUK_ENV", "SOUK_CLOCK_FILE"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("SOUK_S3_")]:
    del os.environ[name]
# Processes that test side by side must not empty each other's cache.
os.environ["SOUK_VALKEY_DB"] = str(int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1")[2:]) % 15 + 1)
