import pytest
from django.apps import apps

from apps.core import topics
from apps.core.guards import Access
from apps.core.topics import Topic, declared_topics


def test_every_topic_has_a_name_of_its_own() -> None:
    names = [topic.name for topic in declared_topics()]
    assert len(names) == len(set(names))


def test_the_topics_of_an_app_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Topic(name="sample.told", label="told", needs=Access.SIGNED_IN)
    module = type("Module", (), {"TOPICS": (told,)})
    monkeypatch.setattr(
        topics, "module_has_submodule", lambda package, _name: package.__name__ == "apps.core"
    )
    monkeypatch.setattr(topics, "import_module", lambda _name: module)
    assert list(declared_topics()) == [told]


def test_who_listens_to_a_topic_is_a_group() -> None:
    assert Topic(name="a.b", label="b", needs="x:y:list").group == "topic.a.b"


def test_a_topic_of_rows_names_a_model_that_there_is() -> None:
    named = [topic.model for topic in declared_topics() if topic.model]
    assert "accounts.User" in named
    assert all(apps.get_model(name) for name in named)
