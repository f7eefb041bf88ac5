from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit.models import ChainHead, LoginLog, OperaLog, Removal
from apps.audit.selectors.seals import faults_of, mac_of
from apps.audit.services import chains
from apps.audit.services.chains import logs_seal, rows_remove
from apps.audit.services.rows import row_make, row_save

pytestmark = pytest.mark.django_db


def _sql(text: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[OperaLog]:
    monkeypatch.setattr(chains, "SETTLE_SECONDS", 0)
    made = [
        row_make(
            OperaLog,
            None,
            method="POST",
            path=f"/{number}",
            code="200",
            cost_us=1,
            args='{"json":{"a":1.5}}',
            is_success=True,
            happened_at=timezone.now(),
        )
        for number in range(6)
    ]
    for row in made:
        row_save(row)
    logs_seal()
    assert _faults() == []
    return made


def _faults() -> list[str]:
    return list(faults_of(OperaLog))


def test_a_row_reads_back_as_it_was_signed(rows: Any) -> None:
    for row in OperaLog.objects.all():
        assert row.mac == mac_of(row)


@pytest.mark.parametrize(
    "change",
    [
        "username = 'eve'",
        "path = '/other'",
        "is_success = NOT is_success",
        "cost_us = 2",
        "args = ''",
        "happened_at = created_at",
        "mac = ''",
    ],
)
def test_an_altered_row_is_named(change: str, rows: Any) -> None:
    _sql(f"UPDATE audit_operalog SET {change} WHERE id = %s", rows[2].pk)  # noqa: S608
    faults = _faults()
    assert faults[0] == f"operalog: row {rows[2].pk} was altered or is not ours"
    assert len(faults) == 1


@pytest.mark.parametrize("column", ["digest = 'x'", "id = 987654"])
def test_a_row_out_of_the_chain_is_named(column: str, rows: Any) -> None:
    _sql(f"UPDATE audit_operalog SET {column} WHERE id = %s", rows[2].pk)  # noqa: S608
    assert any("does not follow" in fault for fault in _faults())


def test_removed_rows_are_named_by_their_neighbours(rows: Any) -> None:
    _sql("DELETE FROM audit_operalog WHERE id IN (%s, %s)", rows[2].pk, rows[3].pk)
    where = f"between row {rows[1].pk} and row {rows[4].pk}"
    assert _faults() == [f"operalog: 2 row(s) were removed, places 3 to 4, {where}"]


def test_rows_removed_at_the_end_are_missed(rows: Any) -> None:
    _sql("DELETE FROM audit_operalog WHERE id = %s", rows[5].pk)
    assert _faults() == [
        f"operalog: 1 row(s) were removed, place 6, after row {rows[4].pk}, at the end"
    ]


def test_rows_removed_at_the_beginning_are_missed(rows: Any) -> None:
    _sql("DELETE FROM audit_operalog WHERE id = %s", rows[0].pk)
    assert "place 1, between the beginning" in _faults()[0]


def test_an_emptied_table_is_missed(rows: Any) -> None:
    _sql("DELETE FROM audit_operalog")
    assert "6 row(s) were removed, places 1 to 6" in _faults()[0]


def test_a_copy_of_a_row_is_named(rows: Any) -> None:
    copy = OperaLog.objects.get(pk=rows[1].pk)
    copy.pk, copy.position, copy.digest = 999_999, None, ""
    copy.save(force_insert=True)
    assert _faults() == [f"operalog: rows {rows[1].pk}, 999999 are copies of one row"]


def test_a_row_put_at_the_end_of_the_chain_is_named(rows: Any) -> None:
    copy = OperaLog.objects.get(pk=rows[1].pk)
    copy.pk, copy.position = 999_999, 7
    copy.save(force_insert=True)
    faults = _faults()
    assert "row 999999 was inserted or moved" in faults[0]
    assert "after place 6" in faults[1]


def test_the_end_of_the_chain_cannot_be_moved(rows: Any) -> None:
    _sql("DELETE FROM audit_operalog WHERE id = %s", rows[5].pk)
    _sql("UPDATE audit_chainhead SET position = 5, digest = %s", rows[4].digest)
    assert "the end of the chain was altered" in _faults()[0]


def test_a_made_up_removal_is_named(rows: Any) -> None:
    _sql("DELETE FROM audit_operalog WHERE id = %s", rows[2].pk)
    digest = OperaLog.objects.get(pk=rows[2].pk - 1).digest
    Removal.objects.create(log="operalog", first=3, last=3, digest=digest, reason="deleted")
    assert "removal" in _faults()[0]
    assert "not ours" in _faults()[0]


def test_a_removal_by_somebody_who_may_is_no_fault(rows: Any) -> None:
    rows_remove(rows=OperaLog.objects.filter(pk=rows[2].pk))
    assert _faults() == []
    assert list(faults_of(LoginLog)) == []
    assert ChainHead.objects.get(log="operalog").position == 6
