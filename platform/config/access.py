"""Who may touch the tables of libraries, which cannot carry an `access` of their own. By table name."""

from kit.access import ALL, Access

TABLES: dict[str, Access] = {
    # The marketplace's own process asks whether it is newer than the database.
    "django_migrations": Access(store="select", platform="select"),
    "django_content_type": Access(store="select", platform="select"),
    "django_session": Access(),
    "auth_permission": Access(store="select"),
    "auth_group": Access(store="select"),
    "auth_group_permissions": Access(store="select"),
    "accounts_user_groups": Access(store="select"),
    "accounts_user_user_permissions": Access(store="select"),
    # Signing in happens on the marketplace host alone.
    "account_emailaddress": Access(store=ALL),
    "account_emailconfirmation": Access(store=ALL),
    "mfa_authenticator": Access(store=ALL),
}
