from django.urls import URLPattern, URLResolver, path

from videos.views import briefs, clips, field, files, films, joining, phone_briefs

urlpatterns: list[URLPattern | URLResolver] = [
    path("field/", field.field, name="field"),
    path("field/film/", field.film, name="field-film"),
    path("field/sw.js", field.worker, name="field-worker"),
    path("field/manifest.webmanifest", field.manifest, name="field-manifest"),
    path("field/leave/", field.leave, name="field-leave"),
    path("field/films/", films.films, name="field-films"),
    path("field/briefs/", phone_briefs.mine, name="field-briefs"),
    path("field/briefs/<int:pk>/<slug:step>/", phone_briefs.step, name="field-brief-step"),
    path("field/duty/", phone_briefs.duty, name="field-duty"),
    path("field/push/", phone_briefs.subscription, name="field-push"),
    path("field/join/", joining.join, name="field-join"),
    path("field/join/<slug:code>/", joining.join, name="field-join"),
    path("c/<slug:campaign>/briefs/", briefs.show, name="briefs"),
    path("c/<slug:campaign>/briefs/ask", briefs.ask, name="brief-ask"),
    path("c/<slug:campaign>/briefs/translate", briefs.translate, name="brief-translate"),
    path("c/<slug:campaign>/briefs/<int:pk>/", briefs.show, name="brief"),
    path("c/<slug:campaign>/briefs/<int:pk>/cancel", briefs.cancel, name="brief-cancel"),
    path("c/<slug:campaign>/briefs/<int:pk>/time", briefs.more_time, name="brief-time"),
    path("c/<slug:campaign>/briefs/<int:pk>/write", briefs.write, name="brief-write"),
    path("c/<slug:campaign>/clips/", clips.clips, name="clips"),
    path("c/<slug:campaign>/clips/<uuid:pk>/retire/", clips.retire, name="clip-retire"),
    path(
        "c/<slug:campaign>/storytellers/<int:pk>/withdraw/",
        clips.withdraw,
        name="consent-withdraw",
    ),
    path("footage/<uuid:pk>/<slug:kind>", files.clip_file, name="clip-file"),
    path("v/<uuid:pk>.mp4", files.public_file, {"kind": "preview"}, name="public-clip"),
    path("v/<uuid:pk>.jpg", files.public_file, {"kind": "poster"}, name="public-poster"),
]
