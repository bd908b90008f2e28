from django.urls import URLPattern, URLResolver, path

from videos.views import clips, field, files, joining

urlpatterns: list[URLPattern | URLResolver] = [
    path("field/", field.field, name="field"),
    path("field/film/", field.film, name="field-film"),
    path("field/join/", joining.join, name="field-join"),
    path("field/join/<slug:code>/", joining.join, name="field-join"),
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
