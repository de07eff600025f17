"""What each route answers, and what a request that cannot be served gets instead."""

from __future__ import annotations

import asyncio

import pytest

from isolde.gateway import Application
from tests.unit.gateway.exchange import exchange, request


def test_a_function_is_called_with_an_object_or_an_array(application: Application) -> None:
    for body in ({"a": 1, "b": 2}, [1, 2]):
        response = request(application, "POST", "/function/sample/add", body)
        assert (response.status, response.body) == (200, {"result": 3, "out": {}})


def test_outputs_are_by_name(application: Application) -> None:
    response = request(application, "POST", "/function/sample/squares", [[2, 3]])
    assert response.body == {"result": None, "out": {"y": [4, 9]}}


def test_no_body_is_no_arguments(application: Application) -> None:
    assert request(application, "POST", "/function/sample/count").body["result"] == 1


def test_a_body_may_come_in_pieces(application: Application) -> None:
    pieces = [b"[1,", b"", b"2]"]
    response = asyncio.run(exchange(application, "POST", "/function/sample/add", pieces))
    assert response is not None
    assert response.body["result"] == 3


def test_answers_are_json_with_their_length(application: Application) -> None:
    response = request(application, "GET", "/healthz")
    assert response.headers["content-type"] == "application/json"
    assert int(response.headers["content-length"]) == len('{"status":"ok","modules":1}')


def test_health_tells_how_many_modules_there_are(application: Application) -> None:
    assert request(application, "GET", "/healthz").body == {"status": "ok", "modules": 1}


def test_modules_tells_functions_and_images(application: Application) -> None:
    (module,) = request(application, "GET", "/modules").body["modules"]
    assert module["name"] == "sample"
    assert module["functions"]["add"] == "int add(int a, int b)"
    (image,) = module["images"]
    assert image["soname"] == "libsample.so"
    assert image["path"].endswith("/sample/libsample.so")
    assert int(image["base"], 16) % 4096 == 0


# -- refusals --------------------------------------------------------------------------------------


def test_wrong_json_says_what_was_expected(application: Application) -> None:
    response = request(application, "POST", "/function/sample/add", b'{"a":')
    assert response.status == 400
    assert response.body == {
        "error": "the body is not JSON: Input data was truncated",
        "expected": "a JSON object by parameter name, or an array by position",
    }


def test_a_body_that_is_no_utf8_is_wrong_json(application: Application) -> None:
    assert request(application, "POST", "/function/sample/length", b'["\xff"]').status == 400


def test_a_wrong_type_says_for_which_parameter(application: Application) -> None:
    response = request(application, "POST", "/function/sample/add", {"a": 1, "b": "2"})
    assert response.status == 422
    expected = "an integer from -2147483648 to 2147483647"
    assert response.body == {
        "error": f"parameter 'int b': expected {expected}, got \"2\"",
        "parameter": "b",
        "expected": expected,
        "got": '"2"',
        "parameters": {"a": "int a", "b": "int b"},
    }


def test_an_unknown_module_lists_the_modules(application: Application) -> None:
    response = request(application, "POST", "/function/other/add", [])
    assert response.status == 404
    assert response.body == {"error": "no module 'other': there is sample", "modules": ["sample"]}


def test_an_unknown_function_lists_the_functions(application: Application) -> None:
    response = request(application, "POST", "/function/sample/sub", [])
    assert response.status == 404
    assert response.body["error"].startswith("no function 'sample/sub': there is add, count, ")
    assert "add" in response.body["functions"]


@pytest.mark.parametrize("path", ["/", "/function", "/function/sample", "/modules/", "/a/b/c/d"])
def test_an_unknown_path_lists_the_routes(application: Application, path: str) -> None:
    response = request(application, "GET", path)
    assert response.status == 404
    assert response.body == {
        "error": f"nothing is at '{path}'",
        "paths": ["POST /function/NAME/FUNC", "GET /modules", "GET /healthz"],
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/function/sample/add", "POST"),
        ("POST", "/modules", "GET"),
        ("DELETE", "/healthz", "GET"),
    ],
)
def test_a_wrong_method_says_the_right_one(
    application: Application, method: str, path: str, allowed: str
) -> None:
    response = request(application, method, path)
    assert response.status == 405
    assert response.headers["allow"] == allowed
    assert response.body == {"error": f"expected {allowed} here, got {method}"}


def test_a_body_that_is_too_large_is_not_read_to_its_end(application: Application) -> None:
    pieces = [b" " * 600] * 3
    response = asyncio.run(exchange(application, "POST", "/function/sample/add", pieces))
    assert response is not None
    assert response.status == 413
    assert response.body == {
        "error": "the body is too large: expected at most 1000 bytes",
        "expected": "at most 1000 bytes",
    }


def test_a_client_that_leaves_gets_nothing(application: Application) -> None:
    assert asyncio.run(exchange(application, "POST", "/function/sample/add", [])) is None
