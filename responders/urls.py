from django.urls import URLPattern, URLResolver, include, path

from responders import urls_outbox
from responders.views import around, audit, bulk, composer, desk, footage, handing, shift, templates

desk_urls = [
    path("", desk.show, name="desk"),
    path("cards", desk.cards, name="desk-cards"),
    path("news", desk.news, name="desk-news"),
    path("held", desk.held, name="desk-held"),
    path("<int:pk>/", desk.show, name="desk-mention"),
    path("<int:pk>/state", desk.state, name="desk-state"),
    path("<int:pk>/shelf", desk.shelf, name="desk-shelf"),
    path("<int:pk>/conversation", around.conversation, name="desk-conversation"),
    path("<int:pk>/translation", around.translation, name="desk-translation"),
    path("<int:pk>/claim", desk.claim, name="desk-claim"),
    path("<int:pk>/take-over", desk.take_over, name="desk-take-over"),
    path("<int:pk>/beat", desk.beat, name="desk-beat"),
    path("<int:pk>/release", desk.release, name="desk-release"),
    path("<int:pk>/leaving", desk.leaving, name="desk-leaving"),
    path("<int:pk>/trust", desk.trust, name="desk-trust"),
    path("<int:pk>/dismiss", desk.dismiss, name="desk-dismiss"),
    path("<int:pk>/never", desk.never, name="desk-never"),
    path("<int:pk>/restore", desk.restore, name="desk-restore"),
    path("<int:pk>/save", composer.save, name="desk-save"),
    path("<int:pk>/another", composer.another, name="desk-another"),
    path("<int:pk>/pair", composer.pair, name="desk-pair"),
    path("<int:pk>/approve", composer.approve, name="desk-approve"),
    path("<int:pk>/submit", composer.submit, name="desk-submit"),
    path("<int:pk>/hand-over", handing.hand_over, name="desk-hand-over"),
    path("<int:pk>/history", audit.history, name="desk-history"),
    path("dismiss", bulk.dismiss, name="desk-dismiss-many"),
    path("restore", bulk.undo, name="desk-restore-many"),
    path("notices/<int:notice>/read", handing.read, name="desk-notice-read"),
    path("notes/<int:note>/read", handing.read_note, name="desk-note-read"),
    path("replies/<int:reply>/posted", composer.posted_by_hand, name="desk-posted"),
    path("replies/<int:reply>/undo", composer.undo, name="desk-undo"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("c/<slug:campaign>/desk/", include(desk_urls)),
    path("c/<slug:campaign>/", include(urls_outbox)),
    path("c/<slug:campaign>/my-day/", shift.my_day, name="my-day"),
    path("c/<slug:campaign>/my-day/note", handing.leave_note, name="leave-note"),
    path("c/<slug:campaign>/my-day/break", shift.took_break, name="took-break"),
    path("c/<slug:campaign>/audit/", audit.audit, name="audit"),
    path("c/<slug:campaign>/audit.csv", audit.export, name="audit-csv"),
    path("c/<slug:campaign>/templates/", templates.show, name="templates"),
    path("c/<slug:campaign>/templates/new", templates.make, name="template-make"),
    path("c/<slug:campaign>/templates/<int:pk>/", templates.change, name="template-change"),
    path("c/<slug:campaign>/templates/<int:pk>/delete", templates.delete, name="template-delete"),
    path("c/<slug:campaign>/templates/<int:pk>/first", templates.first, name="template-first"),
    path("c/<slug:campaign>/clips/<uuid:pk>/use/", footage.uses, name="clip-use"),
    path(
        "c/<slug:campaign>/storytellers/<int:pk>/withdrawal/",
        footage.withdrawal,
        name="withdrawal-report",
    ),
]
