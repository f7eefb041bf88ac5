from threading import Thread

from apps.core.context import (
    RequestContext,
    current_context,
    current_user_id,
    enter_context,
    leave_context,
)


def test_outside_of_a_request_nobody_acts() -> None:
    assert current_context() is None
    assert current_user_id() is None


def test_contexts_may_lie_inside_each_other() -> None:
    outer = RequestContext(request_id="outer", user_id=1)
    before = enter_context(outer)
    inside = enter_context(RequestContext(request_id="inner", user_id=2))
    assert current_user_id() == 2
    leave_context(inside)
    assert current_context() is outer
    leave_context(before)
    assert current_context() is None


def test_another_thread_has_another_context() -> None:
    seen: list[int | None] = []
    before = enter_context(RequestContext(request_id="here", user_id=1))
    thread = Thread(target=lambda: seen.append(current_user_id()))
    thread.start()
    thread.join()
    leave_context(before)
    assert seen == [None]
