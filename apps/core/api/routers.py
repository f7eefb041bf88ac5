"""The routes of a resource: no trailing slash, bulk delete on the collection."""

from rest_framework.routers import DynamicRoute, Route, SimpleRouter


class ResourceRouter(SimpleRouter):
    """GET, POST, DELETE on the collection; GET, PUT, PATCH, DELETE on a row.

    Extra actions of the collection come before the row, so that `/all` is not taken for an id.
    """

    routes = [
        Route(
            url=r"^{prefix}$",
            mapping={"get": "list", "post": "create", "delete": "destroy_many"},
            name="{basename}-list",
            detail=False,
            initkwargs={"suffix": "List"},
        ),
        DynamicRoute(
            url=r"^{prefix}/{url_path}$",
            name="{basename}-{url_name}",
            detail=False,
            initkwargs={},
        ),
        Route(
            url=r"^{prefix}/{lookup}$",
            mapping={
                "get": "retrieve",
                "put": "update",
                "patch": "partial_update",
                "delete": "destroy",
            },
            name="{basename}-detail",
            detail=True,
            initkwargs={"suffix": "Instance"},
        ),
        DynamicRoute(
            url=r"^{prefix}/{lookup}/{url_path}$",
            name="{basename}-{url_name}",
            detail=True,
            initkwargs={},
        ),
    ]

    def __init__(self) -> None:
        super().__init__(trailing_slash=False)
