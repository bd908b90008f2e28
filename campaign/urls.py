"""Every address of the newsroom begins here. Each app brings its own under these."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from campaign.views import front

urlpatterns = [
    path("", front.home, name="home"),
    path("", include("petitions.urls")),  # first: the public comes in thousands
    path("health/live", front.live, name="health-live"),
    path("health/ready", front.ready, name="health-ready"),
    path("metrics", front.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("campaign.urls_people")),
    path("", include("responders.urls")),
    path("", include("videos.urls")),
]

if settings.DEBUG:
    # Every component in every state, for those who build pages.
    urlpatterns.append(path("styleguide/", TemplateView.as_view(template_name="styleguide.html")))

handler400 = "campaign.views.front.bad_request"
handler403 = "campaign.views.front.forbidden"
handler404 = "campaign.views.front.not_found"
handler500 = "campaign.views.front.server_error"
