from apps.realtime.models import Event


def test_an_event_knows_the_group_of_those_it_is_for() -> None:
    assert Event(user_id=5, name="task.done").group == "user.5"
    assert Event(topic="shop.orders", name="order.paid").group == "topic.shop.orders"
