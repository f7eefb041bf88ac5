"""`manage.py audit_verify`: find rows of the logs that were altered, removed or inserted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.models import ChainHead, ChangeLog, LoginLog, OperaLog, SealedRow
from apps.audit.selectors.seals import faults_of
from apps.audit.services.chains import logs_seal

LOGS: tuple[type[SealedRow], ...] = (LoginLog, OperaLog, ChangeLog)


class Command(BaseCommand):
    """Walk the chain of each log from its beginning."""

    help = "Verify the logs; fail and name the rows where something was done behind our back."

    def handle(self, **_options: Any) -> None:
        logs_seal()
        faults = 0
        for model in LOGS:
            for fault in faults_of(model):
                faults += 1
                self.stderr.write(fault)
        for head in ChainHead.objects.order_by("log"):
            self.stdout.write(f"{head.log}: sealed to place {head.position}, digest {head.digest}")
        if faults:
            msg = f"{faults} fault(s) were found"
            raise CommandError(msg)
        self.stdout.write("The logs are as they were written.")
