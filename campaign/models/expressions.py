from django.db import models
from django.db.models import Func


class IsAmong(Func):
    """Whether a value is an element of an array: `IsAmong(F("approved_by"), F("writers"))`.

    Of hundreds of known values too: they travel as one, which Django prepares far sooner than a
    list of as many (`… IN (…)`).
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()
