"""Every address of the newsroom begins here. Each app brings its own under these."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.generic import TemplateView

from campaign import views

urlpatterns = [
    path("", views.home, name="home"),
    path(
        "sign-in/",
        LoginView.as_view(
            template_name="registration/sign_in.html", redirect_authenticated_user=True
        ),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("admin/", admin.site.urls),
    path("", include("responders.urls")),
    path("", include("videos.urls")),
    path("", include("petitions.urls")),
]

if settings.DEBUG:
    # Every component in every state, for those who build pages.
    urlpatterns.append(path("styleguide/", TemplateView.as_view(template_name="styleguide.html")))

handler400 = "campaign.views.bad_request"
handler403 = "campaign.views.forbidden"
handler404 = "campaign.views.not_found"
handler500 = "campaign.views.server_error"
