"""Every way to write an extension module, each put to work in a space of its own."""

from __future__ import annotations

import textwrap

import pytest

from tests.end_to_end.packages.environment import Python

# package: what it is made with, and what of it must answer True.
KINDS = {
    "lxml": """
        from lxml import etree
        answer = etree.tostring(etree.fromstring("<a><b/></a>")) == b"<a><b/></a>"
    """,
    "psycopg2-binary": """
        import psycopg2
        try:
            psycopg2.connect("host=/nonexistent")
        except psycopg2.OperationalError as error:
            answer = "/nonexistent" in str(error)
    """,
    "grpcio": """
        import grpc
        from concurrent import futures

        class Reverse(grpc.GenericRpcHandler):
            def service(self, details):
                return grpc.unary_unary_rpc_method_handler(lambda request, context: request[::-1])

        server = grpc.server(futures.ThreadPoolExecutor(2))
        port = server.add_insecure_port("127.0.0.1:0")
        server.add_generic_rpc_handlers((Reverse(),))
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = channel.unary_unary("/a/b")(b"abc", timeout=30) == b"cba"
        server.stop(0).wait()
    """,
    "google.protobuf": """
        from google.protobuf import struct_pb2
        from google.protobuf.internal import api_implementation
        message = struct_pb2.Struct()
        message["a"] = 1
        copy = struct_pb2.Struct.FromString(message.SerializeToString())
        answer = copy["a"] == 1 and api_implementation.Type() == "upb"
    """,
    "pillow": """
        import io
        from PIL import Image
        file = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(file, "JPEG")
        answer = Image.open(file).size == (8, 8)
    """,
    "pydantic-core": """
        from pydantic_core import SchemaValidator
        answer = SchemaValidator({"type": "int"}).validate_python("3") == 3
    """,
    "cryptography": """
        from cryptography.fernet import Fernet
        box = Fernet(Fernet.generate_key())
        answer = box.decrypt(box.encrypt(b"secret")) == b"secret"
    """,
    "contourpy": """
        import contourpy, numpy
        heights = numpy.add.outer(numpy.arange(3.0), numpy.arange(3.0))
        answer = len(contourpy.contour_generator(z=heights).lines(1.5)) == 1
        try:
            contourpy.contour_generator(z=heights).create_contour(float("nan"))
            contourpy.SerialContourGenerator(heights[0], heights, heights, heights)
        except (TypeError, ValueError, RuntimeError):
            pass
        else:
            answer = "no exception of C++ became one of Python"
    """,
    "kiwisolver": """
        import kiwisolver
        solver, x = kiwisolver.Solver(), kiwisolver.Variable("x")
        solver.addConstraint(x >= 3)
        solver.updateVariables()
        answer = x.value() == 3
    """,
    "soxr": """
        import numpy, soxr
        answer = len(soxr.resample(numpy.zeros(1000), 2, 1)) == 500
    """,
    "soundfile": """
        import io, numpy, soundfile
        file = io.BytesIO()
        soundfile.write(file, numpy.ones(100) / 2, 8000, format="WAV", subtype="PCM_16")
        file.seek(0)
        answer = soundfile.read(file)[0].sum() == 50
    """,
}

AROUND = """
import isolde, textwrap, warnings
warnings.simplefilter("ignore")
isolde.isolate(sys.argv[1]) if sys.argv[1:] else None
"""


def _program(source: str) -> str:
    report = "(group,) = isolde.isolated()\nprint(answer, len(group.images) > 0)\n"
    return f"import sys\n{AROUND}{textwrap.dedent(source)}\n{report}"


@pytest.mark.parametrize("package", KINDS)
def test_it_works_in_a_space(python: Python, package: str) -> None:
    assert python.printed_by(_program(KINDS[package]), package) == "True True"


def test_a_package_inside_of_another_can_live_apart(python: Python) -> None:
    program = """
        import isolde
        isolde.isolate("scipy.special", "scipy.linalg")
        import numpy, scipy.linalg, scipy.special
        special, linalg = isolde.isolated()
        print({each.rpartition(".")[0] for each in special.modules})
        print({each.rpartition(".")[0] for each in linalg.modules})
        print(scipy.special.erf(0.0), scipy.linalg.det(numpy.eye(2)))
    """
    lines = python.printed_by(program).splitlines()
    assert lines == ["{'scipy.special'}", "{'scipy.linalg'}", "0.0 1.0"]


def test_capsules_cross_spaces(python: Python) -> None:
    """NumPy's C API, alone in its space, is used by the others from theirs."""
    program = """
        import isolde
        isolde.isolate("*")
        import numpy, pandas, pyarrow, scipy.sparse, shapely
        frame = pandas.DataFrame({"a": numpy.arange(5.0), "b": list("xyxyx")})
        print(frame.groupby("b")["a"].sum().to_dict())
        print(scipy.sparse.csr_matrix(numpy.eye(3)).sum())
        print(shapely.area(shapely.box(numpy.zeros(2), 0, numpy.arange(1, 3), 1)).tolist())
        print(pyarrow.array(numpy.arange(3)).to_numpy().tolist())
        print(numpy.asarray(frame["a"]).base is not None)
    """
    assert python.printed_by(program).splitlines() == [
        "{'x': 6.0, 'y': 4.0}",
        "3.0",
        "[1.0, 2.0]",
        "[0, 1, 2]",
        "True",
    ]


def test_openmp_in_a_space(python: Python) -> None:
    """Scikit-learn's own libgomp, from two threads at once."""
    program = """
        import isolde
        isolde.isolate("scikit-learn", "scipy", "numpy")
        from concurrent.futures import ThreadPoolExecutor
        import numpy
        from sklearn.cluster import KMeans

        def clusters(seed):
            points = numpy.random.RandomState(seed).rand(2000, 4)
            return KMeans(3, n_init=1, random_state=0).fit(points).labels_.shape[0]

        with ThreadPoolExecutor(2) as pool:
            print(list(pool.map(clusters, range(4))))
        (learn, *_) = isolde.isolated()
        print([image.soname.split("-")[0] for image in learn.images if "gomp" in image.soname])
    """
    assert python.printed_by(program).splitlines() == ["[2000, 2000, 2000, 2000]", "['libgomp']"]
