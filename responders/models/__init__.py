from responders.models.attempts import Attempt, Look, MediaUpload
from responders.models.replies import Reply, ReplyQuerySet
from responders.models.templates import ReplyTemplate

__all__ = [
    "Attempt",
    "Look",
    "MediaUpload",
    "Reply",
    "ReplyQuerySet",
    "ReplyTemplate",
]
