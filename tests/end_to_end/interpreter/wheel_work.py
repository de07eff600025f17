"""What wheels are asked to do inside an interpreter: each function answers what it computed."""

from __future__ import annotations

from typing import Any


def solve() -> tuple[str, list[float]]:
    """By LAPACK."""
    import numpy

    return numpy.__version__, numpy.linalg.solve([[2, 0], [0, 4]], [2, 8]).tolist()


def sums() -> tuple[str, dict[str, int]]:
    """By Cython."""
    import pandas

    frame = pandas.DataFrame({"name": ["a", "b", "a"], "number": [1, 2, 3]})
    totals = frame.groupby("name")["number"].sum()
    return pandas.__version__, {name: int(total) for name, total in totals.items()}


def validate() -> tuple[str, int]:
    """By Rust."""
    import pydantic_core

    validator = pydantic_core.SchemaValidator({"type": "int"})
    return pydantic_core.__version__, validator.validate_python("3")


def encrypt() -> tuple[str, bytes]:
    """By OpenSSL below Rust, and back."""
    import cryptography
    from cryptography.fernet import Fernet

    box = Fernet(Fernet.generate_key())
    return cryptography.__version__, box.decrypt(box.encrypt(b"abc"))


def separate(seed: int) -> float:
    """How well OpenMP's threads separate two clouds of points: 1.0."""
    import numpy
    from sklearn.cluster import KMeans
    from sklearn.ensemble import HistGradientBoostingClassifier

    points = numpy.random.default_rng(seed).normal(size=(400, 3))
    points[:200] += 20
    labels = numpy.repeat([1, 0], 200)
    found = KMeans(2, n_init=1, random_state=seed).fit(points).labels_
    assert sorted({tuple(found[:200]), tuple(found[200:])}) == [(0,) * 200, (1,) * 200]
    return float(
        HistGradientBoostingClassifier(max_iter=5).fit(points, labels).score(points, labels)
    )


def markup() -> list[str]:
    """By libxml2 and libxslt."""
    from lxml import etree

    tree = etree.fromstring("<a><b>1</b><b>2</b></a>")
    sheet = etree.XSLT(
        etree.XML(
            '<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">'
            '<x:template match="/"><n><x:value-of select="sum(//b)"/></n></x:template>'
            "</x:stylesheet>"
        )
    )
    return [*map(str, tree.xpath("//b/text()")), sheet(tree).getroot().text]


def no_database() -> str:
    """What libpq says of a server that is not there."""
    import psycopg2
    from psycopg2 import extensions

    assert extensions.parse_dsn("dbname=a port=3") == {"dbname": "a", "port": "3"}
    try:
        psycopg2.connect("host=/nonexistent")
    except psycopg2.OperationalError as error:
        return str(error)
    return "connected"


def remote_call() -> float:
    """Through a server and a client in this interpreter; the messages are protobuf's."""
    from concurrent import futures

    import grpc
    from google.protobuf.wrappers_pb2 import DoubleValue

    double = grpc.unary_unary_rpc_method_handler(
        lambda request, context: DoubleValue(value=2 * request.value),
        request_deserializer=DoubleValue.FromString,
        response_serializer=DoubleValue.SerializeToString,
    )
    service = grpc.method_handlers_generic_handler("any", {"double": double})
    server = grpc.server(futures.ThreadPoolExecutor(2), handlers=(service,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        remote = channel.unary_unary(
            "/any/double",
            request_serializer=DoubleValue.SerializeToString,
            response_deserializer=DoubleValue.FromString,
        )
        answer: float = remote(DoubleValue(value=21), timeout=60).value
    server.stop(0).wait()
    return answer


def picture() -> tuple[str, tuple[int, int, int]]:
    """To a PNG and back."""
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 8), (1, 2, 3)).save(file, "PNG")
    read = Image.open(file)
    return read.format, read.getpixel((7, 7))


def address(array: Any) -> int:
    """Where an array lies; and change it, to show that it is no copy."""
    array[0] = 7
    return int(array.ctypes.data)


def made(length: int) -> tuple[Any, int]:
    """An array of this interpreter, and where it lies."""
    import numpy

    array = numpy.arange(length)
    return array, int(array.ctypes.data)
