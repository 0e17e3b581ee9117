"""Two-step sign-in: the secrets behind it are kept encrypted."""

import base64

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from qrcode.image.svg import SvgPathFillImage


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """A reader of the database alone (a backup, a report's role) cannot make anyone's codes."""

    def build_totp_svg(self, url: str) -> str:
        # Black on white in the dark, too: a camera reads no code that is black on nothing.
        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"souk two-step secrets")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.MFA_KEY.encode())))
