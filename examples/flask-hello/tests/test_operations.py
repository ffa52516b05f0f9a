from conftest import AppMaker
from flask.testing import FlaskClient


def test_the_version_names_the_image(client: FlaskClient) -> None:
    assert client.get("/version").json == {
        "version": "1.2.3",
        "commit": "4f5e6d7",
        "image": "registry.example/hello@sha256:abc",
    }


def test_it_is_healthy_even_when_it_is_not_ready(make_app: AppMaker) -> None:
    client = make_app(not_ready_because="the database cannot be used").test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "reason": "the database cannot be used"}


def test_it_is_ready_when_nothing_speaks_against_it(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200
