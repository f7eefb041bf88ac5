"""The pages that belong to no model: sign-in, passwords, the own account, the search."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from apps.access.models import Role
from apps.accounts.choices import Channel, Closing
from apps.accounts.constants import SESSION_KEY
from apps.accounts.errors import (
    CaptchaExpiredError,
    CaptchaMissingError,
    CaptchaWrongError,
    PasswordChangeRequiredError,
    PasswordExpiredError,
    PasswordMismatchError,
    PasswordPolicyError,
    PasswordReusedError,
    PasswordWrongError,
)
from apps.accounts.models import Session, User
from apps.accounts.services.captcha import captcha_is_on, captcha_make
from apps.accounts.services.passwords import password_change
from apps.accounts.services.sessions import session_open, sessions_close
from apps.accounts.services.sign_in import SignIn, expired_password_change, user_sign_in
from apps.console.constants import CAPTCHAS_PER_MINUTE
from apps.console.errors import NotAnOperatorError
from apps.console.forms import ExpiredPasswordForm, NewPasswordForm, SignInForm
from apps.console.selectors.search import found_everywhere
from apps.core.clients import client_address
from apps.core.errors import DomainError
from apps.core.limits import Limit, count_call

BACKEND = "apps.accounts.backends.PasswordBackend"
FIELDS: dict[str, str] = {
    CaptchaMissingError.reason: "captcha",
    CaptchaExpiredError.reason: "captcha",
    CaptchaWrongError.reason: "captcha",
    PasswordWrongError.reason: "old",
    PasswordPolicyError.reason: "new",
    PasswordReusedError.reason: "new",
    PasswordMismatchError.reason: "confirm",
}
"""The field of the form that a refusal is about."""


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name, password and captcha; the same service as the API's decides."""
    if request.method == "GET" and admin.site.has_permission(request):
        return HttpResponseRedirect(_next_url(request))
    form = SignInForm(request.POST or None, initial={"username": request.GET.get("user", "")})
    if form.is_valid():
        try:
            done = _sign_in_operator(form.cleaned_data)
        except (PasswordChangeRequiredError, PasswordExpiredError) as refusal:
            request.session["expired_username"] = form.cleaned_data["username"]
            is_expired = isinstance(refusal, PasswordExpiredError)
            text = _("Your password has expired.") if is_expired else _("Choose your own password.")
            messages.warning(request, text)
            return HttpResponseRedirect(reverse("admin:expired_password"))
        except DomainError as refusal:
            _show(form, refusal)
        else:
            _enter(request, done)
            return HttpResponseRedirect(_next_url(request))
    return _outside(request, "console/sign_in.html", form, _("Sign in"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, in the browser and on the server."""
    sid = request.session.get(SESSION_KEY)
    if sid:
        sessions_close(sessions=Session.objects.filter(sid=sid), closing=Closing.LOGOUT)
    logout(request)
    messages.success(request, _("You have signed out."))
    return HttpResponseRedirect(reverse("admin:login"))


@sensitive_post_parameters("old", "new", "confirm")
@never_cache
def expired_password(request: HttpRequest) -> HttpResponse:
    """Let somebody whose password has expired, or must be changed, choose a new one."""
    username = request.session.get("expired_username", "")
    form = ExpiredPasswordForm(request.POST or None, initial={"username": username})
    if form.is_valid():
        try:
            expired_password_change(**form.cleaned_data, channel=Channel.CONSOLE)
        except DomainError as refusal:
            _show(form, refusal)
        else:
            request.session.pop("expired_username", None)
            messages.success(request, _("The password was changed. Sign in with the new one."))
            return HttpResponseRedirect(reverse("admin:login"))
    title = _("Choose a new password")
    return _outside(request, "console/expired_password.html", form, title)


@sensitive_post_parameters("old", "new", "confirm")
@never_cache
def own_password(request: HttpRequest) -> HttpResponse:
    """Let a signed-in operator change their password; their other sessions end."""
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        user = User.objects.get(pk=request.user.pk)
        try:
            with transaction.atomic():
                password_change(user=user, **form.cleaned_data)
                pair = session_open(user=user, channel=Channel.CONSOLE)
        except DomainError as refusal:
            _show(form, refusal)
        else:
            login(request, user, backend=BACKEND)
            request.session[SESSION_KEY] = pair.sid
            messages.success(request, _("Your password was changed. All other sessions ended."))
            return HttpResponseRedirect(reverse("admin:account"))
    context = {
        **admin.site.each_context(request),
        "title": _("Change password"),
        "form": form,
        "policy": settings.ATRIUM,
    }
    return TemplateResponse(request, "console/own_password.html", context)


@never_cache
@require_GET
def captcha(request: HttpRequest) -> HttpResponse:
    """Answer with a new captcha: a picture, or a written question with `?kind=question`."""
    wait = _seconds_to_wait(request)
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    made = captcha_make(kind="question" if request.GET.get("kind") == "question" else "image")
    return JsonResponse({"id": made.id, "image": made.image, "question": made.question})


@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show the operator who they are; on POST, end one or all of their other sessions."""
    current = str(request.session.get(SESSION_KEY))
    if request.method == "POST":
        others = Session.objects.filter(user=request.user.pk).exclude(sid=current)
        chosen = request.POST.get("session", "")
        if chosen.isdigit():
            others = others.filter(pk=int(chosen))
        count = sessions_close(sessions=others, closing=Closing.LOGOUT)
        text = ngettext("%(n)s session was ended.", "%(n)s sessions were ended.", count)
        messages.success(request, text % {"n": count})
        return HttpResponseRedirect(reverse("admin:account"))
    context = {
        **admin.site.each_context(request),
        "title": _("My account"),
        "account": User.objects.select_related("department").get(pk=request.user.pk),
        "roles": Role.objects.filter(users=request.user.pk),
        "sessions": Session.objects.live().filter(user=request.user.pk),
        "current_sid": current,
    }
    return TemplateResponse(request, "console/account.html", context)


@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Answer the search box: pages and rows that the operator may see."""
    text = request.GET.get("s", "").strip()
    results = found_everywhere(request, text)
    context = {"results": results, "text": text}
    return TemplateResponse(
        request, "console/search_results.html", context, headers={"HX-Trigger": "search"}
    )


@transaction.atomic
def _sign_in_operator(given: dict[str, Any]) -> SignIn:
    """Open a console session, or leave no trace of having tried.

    Raises:
        NotAnOperatorError: The account may not use the console.
        DomainError: As `user_sign_in` does.
    """
    done = user_sign_in(**given, channel=Channel.CONSOLE)
    if not done.user.is_staff:
        raise NotAnOperatorError
    return done


def _enter(request: HttpRequest, done: SignIn) -> None:
    login(request, done.user, backend=BACKEND)
    request.session[SESSION_KEY] = done.tokens.sid
    request.session.set_expiry(settings.ATRIUM.refresh_token_seconds)
    if done.days_left is not None:
        text = ngettext(
            "Your password expires in %(n)s day.",
            "Your password expires in %(n)s days.",
            done.days_left,
        )
        messages.warning(request, text % {"n": done.days_left})


def _outside(request: HttpRequest, template: str, form: Form, title: str) -> TemplateResponse:
    """Return a page for somebody who is not signed in."""
    is_asked = captcha_is_on()
    wait = _seconds_to_wait(request) if is_asked else 0
    if wait:
        messages.error(request, _("Too many captchas. Wait a minute."))
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "captcha": captcha_make() if is_asked and not wait else None,
        "policy": settings.ATRIUM,
        "refusal": _why_ended(request),
        "next": request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, ""),
        "next_field": REDIRECT_FIELD_NAME,
    }
    return TemplateResponse(request, template, context)


def _seconds_to_wait(request: HttpRequest) -> int:
    """Count a captcha and return how long to wait for it; drawing them without end costs us."""
    address = client_address(request.META, settings.ATRIUM.trusted_proxies)
    limit = Limit(CAPTCHAS_PER_MINUTE, 60)
    return count_call(limit, route="console.captcha", who=address)


def _why_ended(request: HttpRequest) -> str:
    """Return why somebody who was signed in a moment ago is not any more."""
    refusal = getattr(request, "refusal", None)
    if refusal is not None:
        return str(refusal)
    if request.user.is_authenticated and request.method == "GET":
        return str(NotAnOperatorError())
    return ""


def _next_url(request: HttpRequest) -> str:
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and is_ours else reverse("admin:index")


def _show(form: Form, refusal: DomainError) -> None:
    name = FIELDS.get(refusal.reason)
    form.add_error(name if name in form.fields else None, str(refusal))
