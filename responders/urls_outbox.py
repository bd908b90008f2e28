from django.urls import path

from responders.views import approvals, outbox, pausing, takedowns

urlpatterns = [
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:pk>/undo", outbox.undo, name="outbox-undo"),
    path("outbox/<int:pk>/drop", outbox.drop, name="outbox-drop"),
    path("outbox/<int:pk>/there", outbox.it_is_there, name="outbox-there"),
    path("outbox/<int:pk>/again", outbox.post_again, name="outbox-again"),
    path("outbox/<int:pk>/give-up", outbox.give_up, name="outbox-give-up"),
    path("outbox/<int:pk>/down", outbox.take_down, name="outbox-down"),
    path("takedowns/", takedowns.takedown_list, name="takedowns"),
    path("takedowns/order", takedowns.order, name="takedown-order"),
    path("takedowns/<int:pk>/", takedowns.takedown, name="takedown"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:pk>/approve", approvals.approve, name="approvals-approve"),
    path("approvals/<int:pk>/back", approvals.send_back, name="approvals-back"),
    path("pause/", pausing.pause, name="pause"),
    path("resume/", pausing.resume, name="resume"),
    path("status/", outbox.status, name="status"),
]
