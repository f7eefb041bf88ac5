from typing import Any

from django.contrib.auth.hashers import check_password, identify_hasher, make_password

OURS = "config.hashers.Argon2idHasher"
STOCK = "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_a_password_is_hashed_by_argon2id_with_our_costs(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [OURS]
    encoded = make_password("Correct-1")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("Correct-1", encoded)
    assert not check_password("correct-1", encoded)


def test_a_hash_of_other_costs_is_replaced_at_sign_in(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [STOCK]
    encoded = make_password("Correct-1")
    settings.PASSWORD_HASHERS = [OURS]
    renewed: list[str] = []
    assert check_password("Correct-1", encoded, setter=renewed.append)
    assert renewed == ["Correct-1"]
    assert identify_hasher(encoded).must_update(encoded)
