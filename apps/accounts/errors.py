"""How accounts say no."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class SignInError(DomainError):
    """Unknown user or wrong password: the same answer for both, or names could be guessed."""

    reason = "accounts.sign_in.refused"
    status = HTTPStatus.FORBIDDEN
    message = _("User name or password is wrong.")


class LockedError(DomainError):
    reason = "accounts.sign_in.locked"
    status = HTTPStatus.FORBIDDEN
    message = _("Too many failed attempts. Try again in %(minutes)s minutes.")


class CaptchaMissingError(DomainError):
    reason = "accounts.captcha.missing"
    status = HTTPStatus.BAD_REQUEST
    message = _("Enter the captcha.")


class CaptchaExpiredError(DomainError):
    reason = "accounts.captcha.expired"
    status = HTTPStatus.BAD_REQUEST
    message = _("The captcha has expired. Ask for a new one.")


class CaptchaWrongError(DomainError):
    reason = "accounts.captcha.wrong"
    status = HTTPStatus.BAD_REQUEST
    wire_code = 40001
    message = _("The captcha is wrong.")


class UserDisabledError(DomainError):
    reason = "accounts.user.disabled"
    status = HTTPStatus.FORBIDDEN
    message = _("This account is disabled. Ask an administrator.")


class DepartmentDisabledError(DomainError):
    reason = "accounts.department.disabled"
    status = HTTPStatus.FORBIDDEN
    message = _("The department of this account is disabled. Ask an administrator.")


class RolesDisabledError(DomainError):
    reason = "accounts.roles.disabled"
    status = HTTPStatus.FORBIDDEN
    message = _("Every role of this account is disabled. Ask an administrator.")


class PasswordExpiredError(DomainError):
    reason = "accounts.password.expired"
    status = HTTPStatus.FORBIDDEN
    message = _("The password has expired. Change it on the sign-in page of the console.")


class PasswordChangeRequiredError(DomainError):
    reason = "accounts.password.change_required"
    status = HTTPStatus.FORBIDDEN
    message = _("Change the password first, on the sign-in page of the console.")


class PasswordPolicyError(DomainError):
    reason = "accounts.password.policy"
    status = HTTPStatus.BAD_REQUEST
    message = _("%(problem)s")


class PasswordReusedError(DomainError):
    reason = "accounts.password.reused"
    status = HTTPStatus.BAD_REQUEST
    message = _("The last %(count)s passwords may not be used again.")


class PasswordWrongError(DomainError):
    reason = "accounts.password.wrong"
    status = HTTPStatus.BAD_REQUEST
    message = _("The old password is wrong.")


class PasswordMismatchError(DomainError):
    reason = "accounts.password.mismatch"
    status = HTTPStatus.BAD_REQUEST
    message = _("The two passwords differ.")


class RefreshMissingError(DomainError):
    reason = "accounts.refresh.missing"
    status = HTTPStatus.BAD_REQUEST
    message = _("There is no refresh cookie. Sign in.")


class SessionEndedError(DomainError):
    """The token is good but its session is not: closed, replaced or run out."""

    reason = "accounts.session.ended"
    status = HTTPStatus.UNAUTHORIZED
    message = _("The session has ended. Sign in again.")


class UsernameTakenError(DomainError):
    reason = "accounts.user.username_taken"
    message = _("This user name is taken.")


class EmailTakenError(DomainError):
    reason = "accounts.user.email_taken"
    message = _("This e-mail address is taken.")


class RestoreUsernameError(UsernameTakenError):
    """As its parent; it says what to do about it."""

    message = _(
        "Another user is called %(username)s now. To restore this one, give it another name "
        "(username)."
    )


class RestoreEmailError(EmailTakenError):
    """As its parent; it says what to do about it."""

    message = _(
        "Another user has the e-mail address %(email)s now. To restore this one, give it "
        "another address (email; null is none)."
    )


class RestoreDepartmentError(DomainError):
    reason = "accounts.user.department_gone"
    message = _(
        "The department of this user, %(name)s, is in the bin. Restore it first, or choose "
        "another one (dept_id; null is none)."
    )


class SelfChangeError(DomainError):
    reason = "accounts.user.self"
    status = HTTPStatus.FORBIDDEN
    message = _("You cannot do this to your own account.")


class LastSuperuserError(DomainError):
    reason = "accounts.user.last_superuser"
    message = _("This is the last active superuser; the platform needs one.")


class SuperuserOnlyError(DomainError):
    reason = "accounts.user.superuser_only"
    status = HTTPStatus.FORBIDDEN
    message = _("Only a superuser may do this.")
