from django.urls import URLPattern, URLResolver, include, path

from responders import urls_outbox
from responders.views import composer, desk

desk_urls = [
    path("", desk.show, name="desk"),
    path("cards", desk.cards, name="desk-cards"),
    path("news", desk.news, name="desk-news"),
    path("held", desk.held, name="desk-held"),
    path("<int:pk>/", desk.show, name="desk-mention"),
    path("<int:pk>/state", desk.state, name="desk-state"),
    path("<int:pk>/shelf", desk.shelf, name="desk-shelf"),
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
    path("replies/<int:reply>/undo", composer.undo, name="desk-undo"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("c/<slug:campaign>/desk/", include(desk_urls)),
    path("c/<slug:campaign>/", include(urls_outbox)),
]
