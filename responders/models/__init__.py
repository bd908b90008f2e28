from responders.models.attempts import Attempt, Look, MediaUpload
from responders.models.notices import Notice, ShiftNote
from responders.models.replies import Reply, ReplyQuerySet, Revision
from responders.models.takedowns import Takedown, TakedownQuerySet
from responders.models.templates import ReplyTemplate

__all__ = [
    "Attempt",
    "Look",
    "MediaUpload",
    "Notice",
    "Reply",
    "ReplyQuerySet",
    "ReplyTemplate",
    "Revision",
    "ShiftNote",
    "Takedown",
    "TakedownQuerySet",
]
