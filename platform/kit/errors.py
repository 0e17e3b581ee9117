"""The errors an action may raise, worded for the person who will see them."""


class SoukError(Exception):
    """Something that cannot be done, and why. `str(error)` is shown to people; `code` is stable and for machines.

    `field` names the form field or column at fault, when there is one.
    """

    code = "refused"

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.field = field


class NotAllowed(SoukError):
    """The person may not do this."""

    code = "not_allowed"


class InvalidInput(SoukError):
    """What was given does not parse or breaks a rule; `field` says where."""

    code = "invalid_input"


class Conflict(SoukError):
    """The thing has changed, or is in a state that does not allow this."""

    code = "conflict"
