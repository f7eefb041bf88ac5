"""The operators' console: its name, its look, and what a browser may load."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

LANGUAGE_COOKIE_NAME = "atrium_language"
LANGUAGE_COOKIE_PATH = "/admin/"  # the API follows Accept-Language alone
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 31_536_000  # seconds; one year

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Atrium",
    "SITE_HEADER": "Atrium",
    "SITE_SUBHEADER": _("Operators' console"),
    "SITE_URL": None,
    "SITE_ICON": lambda _request: static("console/logo.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("console/favicon.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [lambda _request: static("console/css/console.css")],
    "SCRIPTS": [
        lambda _request: static("console/js/console.js"),
        lambda _request: static("console/js/live.js"),
        lambda _request: static("console/js/toasts.js"),
    ],
    "LANGUAGES": {"action": reverse_lazy("admin:set_language")},
    "ACCOUNT": {
        "navigation": [
            {"title": _("My account"), "link": reverse_lazy("admin:account")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "COMMAND": {"search_models": True, "show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "apps.console.selectors.sidebar.navigation",
    },
}

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "worker-src": ["'self'", "blob:"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}
"""For every answer of the site; a page that needs more says so itself."""

CONSOLE_CSP: dict[str, list[str]] = {
    # Alpine, which the console is built on, evaluates the expressions in its templates. It is
    # served by us; nothing from elsewhere and nothing written into a page may run.
    "script-src": ["'unsafe-eval'"],
    # The widgets of the console set widths and colours in `style` attributes.
    "style-src-attr": ["'unsafe-inline'"],
}
"""What pages of the console add to it."""
