"""A form's postal code: whether one is needed, and how it looks, is its country's to say."""

from typing import Any

from django import forms


class _Control(forms.TextInput):
    def use_required_attribute(self, initial: Any) -> bool:
        return False


class PostalCodeField(forms.CharField):
    """Not told to be optional, as most countries need one; what comes empty is judged with its country."""

    def __init__(self, *, max_length: int, **more: Any):
        widget = _Control(attrs={"autocomplete": "postal-code"})
        super().__init__(label="Postal code", max_length=max_length, widget=widget, **more)

    def validate(self, value: Any) -> None:
        """Nothing, for it is not known here where this is."""
