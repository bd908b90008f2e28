from csp.decorators import csp_replace
from django.urls import URLPattern, URLResolver, path

from petitions.views import (
    handover,
    held,
    hooks,
    integrity,
    links,
    mails,
    manage,
    platforms,
    public,
    reports,
    review,
    saved_reports,
    wall,
)

# A card on another site shows the player within its own page.
player = csp_replace({"frame-ancestors": ["*"]})(public.player)  # type: ignore[arg-type]  # knows no slug

urlpatterns: list[URLPattern | URLResolver] = [
    path("p/", public.archive, name="petitions"),
    path("p/<slug:slug>/", public.petition, name="petition"),
    path("p/<slug:slug>/signed/", public.signed, name="petition-signed"),
    path("p/<slug:slug>/player/", player, name="petition-player"),
    path("p/<slug:slug>/ledger/", integrity.ledger, name="petition-ledger"),
    path("p/<slug:slug>/ledger.json", integrity.ledger_file, name="petition-ledger-file"),
    path("s/<slug:slug>", links.link, name="link"),
    path("share/<slug:slug>", links.share, name="share"),
    path("confirm/<str:token>", mails.confirm, name="confirm"),
    path("not-me/<str:token>", mails.not_me, name="not-me"),
    path("mail-news/<slug:provider>/", mails.mail_news, name="mail-news"),
    path("hooks/<str:token>", hooks.hook, name="hook"),
    path("how-we-count/", public.how_we_count, name="how-we-count"),
    path("your-data/", held.ask, name="your-data"),
    path("your-data/<str:token>", held.show, name="your-data-open"),
    path("c/<slug:campaign>/petitions/", manage.petitions, name="manage-petitions"),
    path("c/<slug:campaign>/petitions/<slug:slug>/", review.review, name="review"),
    path("c/<slug:campaign>/petitions/<slug:slug>/take-out/", review.take_out, name="take-out"),
    path("c/<slug:campaign>/petitions/<slug:slug>/accept/", review.accept, name="accept"),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/undo/<int:pk>/", review.undo, name="undo-removal"
    ),
    path("c/<slug:campaign>/petitions/<slug:slug>/rules/", review.add_rule, name="add-rule"),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/rules/<int:pk>/drop/",
        review.drop_rule,
        name="drop-rule",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/alerts/<int:pk>/seen/",
        review.see_alert,
        name="see-alert",
    ),
    path("c/<slug:campaign>/petitions/<slug:slug>/switch/", manage.switch, name="switch"),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/platforms/",
        platforms.platforms,
        name="platforms",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/platforms/source/",
        platforms.add_source,
        name="add-source",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/platforms/source/<int:pk>/",
        platforms.change_source,
        name="change-source",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/platforms/source/<int:pk>/file/",
        platforms.upload,
        name="upload-file",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/platforms/file/<uuid:pk>/",
        platforms.file,
        name="import-file",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/platforms/webhook/",
        platforms.add_endpoint,
        name="add-endpoint",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/platforms/webhook/<int:pk>/",
        platforms.endpoint,
        name="endpoint",
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/hand-over/", handover.hand_over, name="hand-over"
    ),
    path(
        "c/<slug:campaign>/petitions/<slug:slug>/hand-over/<int:pk>.json",
        handover.document,
        name="hand-over-file",
    ),
    path("c/<slug:campaign>/reports/", reports.reports, name="reports"),
    path("c/<slug:campaign>/reports/saved/", saved_reports.saved, name="reports-saved"),
    path("c/<slug:campaign>/reports/saved/new/", saved_reports.save, name="report-save"),
    path("c/<slug:campaign>/reports/saved/<int:pk>/mail/", saved_reports.mail, name="report-mail"),
    path(
        "c/<slug:campaign>/reports/saved/<int:pk>/delete/",
        saved_reports.delete,
        name="report-delete",
    ),
    path("weekly/<str:token>/", saved_reports.stop, name="report-stop"),
    path("c/<slug:campaign>/reports/wall/", wall.wall_address, name="wall-address"),
    path("c/<slug:campaign>/reports/wall/new/", wall.wall_renew, name="wall-renew"),
    path("wall/<slug:key>/", wall.wall, name="wall"),
    path("c/<slug:campaign>/reports.csv", reports.reports_csv, name="reports-csv"),
    path("c/<slug:campaign>/reports.xlsx", reports.reports_xlsx, name="reports-xlsx"),
]
