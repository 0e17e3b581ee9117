"""How people come by an access token: allauth's headless endpoints, on the marketplace's host only.

`/_allauth/app/v1/auth/login` takes password and second step, and gives an access token for minutes and a refresh token for a
day. Imported by the process that has allauth, and by no other.
"""

from allauth.headless.internal.sessionkit import lookup_session
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from allauth.headless.tokens.strategies.jwt import internal as allauth_tokens
from django.http import HttpRequest

from accounts.models import User
from api import tokens


class TokenStrategy(JWTTokenStrategy):  # type: ignore[misc]
    """allauth's own, except that access tokens are ours. Refresh tokens are for allauth alone to read."""

    def create_access_token(self, request: HttpRequest) -> str | None:
        key = request.session.session_key
        if not isinstance(request.user, User) or key is None:
            return None
        return tokens.issue(request.user.id, allauth_tokens.session_key_to_sid(key))

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        found = allauth_tokens.validate_refresh_token(refresh_token)
        renewed = super().refresh_token(refresh_token) if found else None
        if found is None or renewed is None or not found[0].is_active:
            return None
        user, _session, claims = found
        return tokens.issue(user.pk, claims["sid"]), renewed[1]

    def get_session_token(self, request: HttpRequest) -> str | None:
        """The session of an access token of ours, for what a signed-in person does with their account."""
        found = request.headers.get("x-session-token")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if found or scheme.lower() != "bearer":
            return found
        try:
            return allauth_tokens.session_key_from_sid(tokens.read(token.strip()).session)
        except tokens.InvalidToken:
            return None


def user_of(token: tokens.AccessToken) -> User | None:
    """The active user whose session the token came from; None once that was ended, by signing out or a new password."""
    key = allauth_tokens.session_key_from_sid(token.session)
    session = lookup_session(key) if key else None
    user = allauth_tokens.validate_token_user({"sub": str(token.user_id)}, session) if session is not None else None
    return user if isinstance(user, User) and user.is_active else None
