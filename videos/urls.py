from django.urls import URLPattern, URLResolver, path

from videos.views import (
    briefs,
    captions,
    clips,
    custody,
    field,
    files,
    films,
    joining,
    phone_briefs,
    protection,
    review,
    storytellers,
)

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
    path("c/<slug:campaign>/clips/incoming/", clips.incoming, name="clips-incoming"),
    path("c/<slug:campaign>/clips/<uuid:pk>/", review.clip, name="clip"),
    path("c/<slug:campaign>/clips/<uuid:pk>/describe", review.describe, name="clip-describe"),
    path("c/<slug:campaign>/clips/<uuid:pk>/trim", review.trim, name="clip-trim"),
    path("c/<slug:campaign>/clips/<uuid:pk>/accept", review.accept, name="clip-accept"),
    path("c/<slug:campaign>/clips/<uuid:pk>/again", review.ask_again, name="clip-again"),
    path("c/<slug:campaign>/clips/<uuid:pk>/retry", review.retry, name="clip-retry"),
    path("c/<slug:campaign>/clips/<uuid:pk>/hold", review.hold, name="clip-hold"),
    path("c/<slug:campaign>/clips/<uuid:pk>/captions/", captions.edit, name="clip-captions"),
    path(
        "c/<slug:campaign>/clips/<uuid:pk>/captions/<slug:language>/save",
        captions.save,
        name="captions-save",
    ),
    path(
        "c/<slug:campaign>/clips/<uuid:pk>/captions/<slug:language>/change",
        captions.change,
        name="captions-change",
    ),
    *(
        path(
            f"c/<slug:campaign>/clips/<uuid:pk>/captions/<slug:language>.{kind}",
            captions.export,
            {"kind": kind},
            name=f"captions-{kind}",
        )
        for kind in ("srt", "vtt")
    ),
    path("c/<slug:campaign>/clips/<uuid:pk>/protection/", protection.edit, name="clip-protection"),
    path("c/<slug:campaign>/clips/<uuid:pk>/protection/draw", protection.draw, name="clip-draw"),
    path(
        "c/<slug:campaign>/clips/<uuid:pk>/protection/change",
        protection.change,
        name="protection-change",
    ),
    path("c/<slug:campaign>/clips/<uuid:pk>/custody/", custody.chain, name="clip-custody"),
    path("c/<slug:campaign>/clips/<uuid:pk>/custody/export", custody.export, name="custody-export"),
    path("c/<slug:campaign>/clips/<uuid:pk>/original", custody.original, name="clip-original"),
    path("c/<slug:campaign>/storytellers/", storytellers.storytellers, name="storytellers"),
    path("c/<slug:campaign>/storytellers/<int:pk>/", storytellers.storyteller, name="storyteller"),
    path(
        "c/<slug:campaign>/storytellers/<int:pk>/identity", storytellers.identity, name="identity"
    ),
    path(
        "c/<slug:campaign>/storytellers/<int:pk>/risk", storytellers.risk, name="storyteller-risk"
    ),
    path(
        "c/<slug:campaign>/storytellers/<int:pk>/consent/",
        storytellers.give_consent,
        name="consent-give",
    ),
    path(
        "c/<slug:campaign>/storytellers/<int:pk>/evidence/<int:version>",
        storytellers.evidence,
        name="consent-evidence",
    ),
    path(
        "field/storytellers/<int:pk>/withdraw",
        storytellers.withdraw_for_crew,
        name="field-withdraw",
    ),
    path("withdraw/", storytellers.withdraw_by_code, name="withdraw-by-code"),
    path("footage/<uuid:pk>/captions/<slug:language>.vtt", captions.track_file, name="clip-track"),
    path("v/<uuid:pk>/<slug:language>.vtt", captions.public_track, name="public-track"),
    path(
        "c/<slug:campaign>/storytellers/<int:pk>/withdraw/",
        clips.withdraw,
        name="consent-withdraw",
    ),
    path("footage/<uuid:pk>/<slug:kind>", files.clip_file, name="clip-file"),
    path("v/<uuid:pk>.mp4", files.public_file, {"kind": "preview"}, name="public-clip"),
    path("v/<uuid:pk>.jpg", files.public_file, {"kind": "poster"}, name="public-poster"),
]
