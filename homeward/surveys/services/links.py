"""The link of an invitation: made again whenever it is needed, and kept nowhere."""

import base64

from django.conf import settings
from django.utils.crypto import salted_hmac

from homeward.surveys.models import Invitation

SALT = "homeward.surveys.invitation"
TOKEN_BYTES = 18


def token_of(invitation: Invitation) -> str:
    """The token of an invitation's link, of its nonce and the service's own key."""
    return token_from(invitation.nonce)


def token_from(nonce: str) -> str:
    """The token that a nonce makes."""
    digest = salted_hmac(SALT, nonce, secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()
