from django.urls import URLPattern, URLResolver, path

from petitions.views import public, reports

urlpatterns: list[URLPattern | URLResolver] = [
    path("p/<slug:slug>/", public.petition, name="petition"),
    path("p/<slug:slug>/signed/", public.signed, name="petition-signed"),
    path("s/<slug:slug>", public.link, name="link"),
    path("confirm/<str:token>", public.confirm, name="confirm"),
    path("not-me/<str:token>", public.not_me, name="not-me"),
    path("how-we-count/", public.how_we_count, name="how-we-count"),
    path("c/<slug:campaign>/reports/", reports.reports, name="reports"),
    path("c/<slug:campaign>/reports.csv", reports.reports_csv, name="reports-csv"),
]
