"""Captchas: a picture, or a question for whoever cannot see it; good for one attempt."""

from __future__ import annotations

import base64
import io
import re
import secrets
import uuid
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from apps.accounts.errors import CaptchaExpiredError, CaptchaMissingError, CaptchaWrongError

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0, O, 1 and I, which look alike."""

LENGTH = 4
_ID = re.compile(r"[0-9a-f]{32}")
SIZE = (120, 40)
INK = ((16, 80, 120), (120, 40, 90), (30, 100, 50), (110, 70, 10))


@dataclass(frozen=True)
class Captcha:
    """A question to put to somebody. `image` is base64 of a JPEG, empty for a spoken question."""

    id: str
    image: str
    question: str
    seconds: int


def captcha_is_on() -> bool:
    """Tell whether sign-in asks for a captcha."""
    return bool(settings.ATRIUM.captcha and not settings.ATRIUM.demo)


def captcha_make(*, kind: Literal["image", "question"] = "image") -> Captcha:
    """Return a new captcha; its answer waits in the cache until it is tried or expires."""
    if kind == "question":
        first, second = secrets.randbelow(9) + 1, secrets.randbelow(9) + 1
        answer = str(first + second)
        question = _("How much is %(a)s plus %(b)s?") % {"a": first, "b": second}
        image = ""
    else:
        answer = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
        question, image = "", _draw(answer)
    made = Captcha(uuid.uuid4().hex, image, question, settings.ATRIUM.captcha_seconds)
    cache.set(f"captcha:{made.id}", answer, made.seconds)
    return made


def captcha_check(*, captcha_id: str, answer: str) -> None:
    """Let a right answer pass, once. Any attempt uses the captcha up, so it cannot be guessed at.

    Raises:
        CaptchaMissingError: Nothing was answered.
        CaptchaExpiredError: It expired, or was tried before.
        CaptchaWrongError: The answer is wrong.
    """
    if not captcha_id or not answer:
        raise CaptchaMissingError
    if not _ID.fullmatch(captcha_id):
        raise CaptchaExpiredError
    key = f"captcha:{captcha_id}"
    expected = cache.get(key)
    # Of two attempts at the same time only one deletes the key, and only that one counts.
    if expected is None or not cache.delete(key):
        raise CaptchaExpiredError
    given = answer.strip().upper().encode()
    if not secrets.compare_digest(given, str(expected).encode()):
        raise CaptchaWrongError


def _draw(text: str) -> str:
    dice = secrets.SystemRandom()
    picture = Image.new("RGB", SIZE, (250, 250, 252))
    font = ImageFont.load_default(size=26)
    for place, letter in enumerate(text):
        tile = Image.new("RGBA", (34, 38), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text((7, 3), letter, font=font, fill=dice.choice(INK))
        turned = tile.rotate(dice.uniform(-22, 22), resample=Image.Resampling.BILINEAR)
        picture.paste(turned, (4 + place * 28, dice.randint(-2, 3)), turned)
    pen = ImageDraw.Draw(picture)
    for _line in range(5):
        ends = [(dice.randint(0, SIZE[0]), dice.randint(0, SIZE[1])) for _end in range(2)]
        pen.line(ends, fill=dice.choice(INK), width=1)
    for _dot in range(60):
        pen.point((dice.randint(0, SIZE[0]), dice.randint(0, SIZE[1])), fill=dice.choice(INK))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return base64.b64encode(out.getvalue()).decode()
