"""What a user agent tells about system, browser and device."""

from dataclasses import dataclass
from functools import lru_cache

from ua_parser import parse

MAX_LENGTH = 64
UNKNOWN = "Other"


@dataclass(frozen=True)
class Device:
    """Names as people know them, at most 64 characters each."""

    os: str
    browser: str
    device: str


@lru_cache(maxsize=2048)
def describe_device(user_agent: str) -> Device:
    """Return what a user agent says; `Other` where it says nothing."""
    found = parse(user_agent[:512])
    os = f"{found.os.family} {found.os.major or ''}".strip() if found.os else UNKNOWN
    browser = (
        f"{found.user_agent.family} {found.user_agent.major or ''}".strip()
        if found.user_agent
        else UNKNOWN
    )
    device = found.device.family if found.device else UNKNOWN
    return Device(os[:MAX_LENGTH], browser[:MAX_LENGTH], device[:MAX_LENGTH])
