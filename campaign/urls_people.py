"""Signing in, one's own account, and the people of a campaign."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path, re_path

from campaign.views import people

# The names are allauth's own: its code looks them up.
own_account = [
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("sign-up/", account.signup, name="account_signup"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/first/", account.password_set, name="account_set_password"),
    path("password/lost/", account.password_reset, name="account_reset_password"),
    path("password/lost/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("sso/", include("allauth.socialaccount.urls")),
]

people_urls = [
    path("", people.show, name="people"),
    path("who-can-do-what/", people.who_can, name="people-who-can"),
    path("invite", people.invite, name="people-invite"),
    path("invitations/<int:pk>/revoke", people.revoke, name="people-revoke"),
    path("<int:pk>/leave-out", people.leave_out, name="people-leave-out"),
    path("<int:pk>/take-back", people.take_back, name="people-take-back"),
    path("<int:pk>/end-sessions", people.end_sessions, name="people-end-sessions"),
    path("<int:pk>/role", people.change_role, name="people-role"),
    path("proposals/<int:pk>/confirm", people.confirm, name="proposal-confirm"),
    path("proposals/<int:pk>/decline", people.decline, name="proposal-decline"),
    path("accounts/<int:pk>/credentials/", people.credentials, name="account-credentials"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("account/", include(own_account)),
    path("join/<str:token>/", people.join, name="join"),
    path("c/<slug:campaign>/people/", include(people_urls)),
]
