from apps.realtime.api.serializers import DEFAULT_SIZE, EventsQuery


def test_what_is_empty_is_as_good_as_left_out() -> None:
    for given in ({}, {"since": "", "size": "", "event": ""}):
        query = EventsQuery(data=given)
        assert query.is_valid()
        assert query.validated_data == {"since": 0, "size": DEFAULT_SIZE, "event": ""}
