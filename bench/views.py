"""What the platform is compared with, under the same server and the same middleware."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse

from apps.core.times import wire_time

STORED = orjson.dumps({"code": 200, "msg": "Request success", "data": {"username": "admin"}})
COUNT = "SELECT count(*) FROM accounts_user"
USERS = """
SELECT u.department_id, u.username, u.nickname, u.avatar, u.email, u.phone, u.id, u.uuid,
       u.is_active, u.is_superuser, u.is_staff, u.is_multi_login, u.joined_at, u.last_login,
       d.name, d.parent_id, d.sort, d.leader, d.phone, d.email, d.is_active, d.id, d.deleted_at,
       d.created_at, d.updated_at
FROM accounts_user u LEFT JOIN organization_department d ON d.id = u.department_id
ORDER BY u.id DESC LIMIT %s
"""
ROLES = """
SELECT l.user_id, r.name, r.is_active, r.is_scoped, r.remark, r.id, r.created_at, r.updated_at
FROM access_role r JOIN accounts_user_roles l ON l.role_id = r.id
WHERE l.user_id = ANY(%s) ORDER BY r.id
"""


def floor(_request: HttpRequest) -> HttpResponse:
    """Answer a stored body."""
    return HttpResponse(STORED, content_type="application/json")


def hand(request: HttpRequest) -> HttpResponse:
    """Answer the users list as somebody would write it by hand: three statements and orjson."""
    size = int(request.GET.get("size", "20"))
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        total = cursor.fetchone()[0]
        cursor.execute(USERS, [size])
        users = [_user(row) for row in cursor.fetchall()]
        cursor.execute(ROLES, [[user["id"] for user in users]])
        by_id = {user["id"]: user for user in users}
        for row in cursor.fetchall():
            by_id[row[0]]["roles"].append(_role(row))
    data = {"items": users, "total": total, "page": 1, "size": size}
    body = orjson.dumps({"code": 200, "msg": "Request success", "data": data})
    return HttpResponse(body, content_type="application/json")


def _user(row: Any) -> dict[str, Any]:
    return {
        "dept_id": row[0],
        "username": row[1],
        "nickname": row[2],
        "avatar": row[3] or None,
        "email": row[4],
        "phone": row[5] or None,
        "id": row[6],
        "uuid": row[7],
        "status": int(row[8]),
        "is_superuser": row[9],
        "is_staff": row[10],
        "is_multi_login": row[11],
        "join_time": wire_time(row[12]),
        "last_login_time": wire_time(row[13]),
        "dept": None if row[0] is None else _department(row[14:]),
        "roles": [],
    }


def _department(row: Any) -> dict[str, Any]:
    return {
        "name": row[0],
        "parent_id": row[1],
        "sort": row[2],
        "leader": row[3] or None,
        "phone": row[4] or None,
        "email": row[5] or None,
        "status": int(row[6]),
        "id": row[7],
        "del_flag": row[8] is not None,
        "created_time": wire_time(row[9]),
        "updated_time": wire_time(row[10]),
    }


def _role(row: Any) -> dict[str, Any]:
    return {
        "name": row[1],
        "status": int(row[2]),
        "is_filter_scopes": row[3],
        "remark": row[4] or None,
        "id": row[5],
        "created_time": wire_time(row[6]),
        "updated_time": wire_time(row[7]),
        "menus": [],
        "scopes": [],
    }
