"""What an action refuses, shown in the form that asked for it."""

from django import forms

from kit.errors import SoukError


def put_error(form: forms.Form, error: SoukError, **names: str) -> None:
    """Show an action's refusal at its field (`names`: the action's word to the form's), or above the form."""
    field = names.get(error.field or "", error.field)
    form.add_error(field if field in form.fields else None, str(error))
