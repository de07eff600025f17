"""A TLS 1.3 handshake over loopback: the server's libssl in one space, the client's in another."""

from __future__ import annotations

import ctypes
import socket
import threading
from ctypes import c_char_p, c_int, c_long, c_void_p

import isolde
from tests.end_to_end.real_libraries.system import needs

pytestmark = needs("libssl.so.3", "libcrypto.so.3")
SSL_VERIFY_PEER = 1
MESSAGE = b"from the server's space"


class OpenSSL:
    """The part of libssl and libcrypto that a handshake needs, from one space."""

    def __init__(self, space: isolde.Space) -> None:
        self.ssl = space.load("libssl.so.3")
        self.crypto = space.load("libcrypto.so.3")

    def pointer(self, function: str, *arguments: object) -> c_void_p:
        """Call a function that returns a pointer; None of it is an error of OpenSSL's."""
        found = (self.ssl if function.startswith(("SSL", "TLS")) else self.crypto)[function]
        found.restype = c_void_p
        result = found(*arguments)
        assert result, f"{function} failed: {self.error()}"
        return c_void_p(result)

    def check(self, function: str, *arguments: object) -> None:
        """Call a function that returns 1 on success."""
        found = (self.ssl if function.startswith("SSL") else self.crypto)[function]
        assert found(*arguments) >= 1, f"{function} failed: {self.error()}"

    def error(self) -> str:
        text = ctypes.create_string_buffer(256)
        self.crypto.ERR_error_string_n(self.crypto.ERR_get_error(), text, ctypes.c_size_t(256))
        return text.value.decode()

    def new_certificate(self) -> tuple[c_void_p, c_void_p]:
        """A self-signed certificate and its key."""
        key = self.pointer("EVP_PKEY_Q_keygen", None, None, c_char_p(b"EC"), c_char_p(b"P-256"))
        certificate = self.pointer("X509_new")
        self.check("X509_set_version", certificate, c_long(2))
        self.pointer("X509_gmtime_adj", self.pointer("X509_getm_notBefore", certificate), c_long(0))
        after = self.pointer("X509_getm_notAfter", certificate)
        self.pointer("X509_gmtime_adj", after, c_long(3600))
        name = self.pointer("X509_get_subject_name", certificate)
        text = (c_char_p(b"localhost"), c_int(-1), c_int(-1), c_int(0))
        self.check("X509_NAME_add_entry_by_txt", name, c_char_p(b"CN"), c_int(0x1001), *text)
        self.check("X509_set_issuer_name", certificate, name)
        self.check("X509_set_pubkey", certificate, key)
        self.check("X509_sign", certificate, key, self.pointer("EVP_sha256"))
        return certificate, key

    def as_bytes(self, certificate: c_void_p) -> bytes:
        length = self.crypto.i2d_X509(certificate, None)
        block = ctypes.create_string_buffer(length)
        self.crypto.i2d_X509(certificate, ctypes.byref(ctypes.pointer(block)))
        return block.raw

    def session(self, context: c_void_p, connection: socket.socket) -> c_void_p:
        session = self.pointer("SSL_new", context)
        self.check("SSL_set_fd", session, connection.fileno())
        return session


def serve(server: OpenSSL, listener: socket.socket, context: c_void_p) -> None:
    with listener.accept()[0] as connection:
        session = server.session(context, connection)
        server.check("SSL_accept", session)
        server.check("SSL_write", session, MESSAGE, len(MESSAGE))
        server.ssl.SSL_free(session)


def server_context(server: OpenSSL) -> tuple[c_void_p, bytes]:
    certificate, key = server.new_certificate()
    context = server.pointer("SSL_CTX_new", server.pointer("TLS_server_method"))
    server.check("SSL_CTX_use_certificate", context, certificate)
    server.check("SSL_CTX_use_PrivateKey", context, key)
    return context, server.as_bytes(certificate)


def client_context(client: OpenSSL, trusted: bytes) -> c_void_p:
    """A context that accepts nothing but the certificate given, carried over as bytes."""
    context = client.pointer("SSL_CTX_new", client.pointer("TLS_client_method"))
    start = c_char_p(trusted)
    certificate = client.pointer("d2i_X509", None, ctypes.byref(start), c_long(len(trusted)))
    store = client.pointer("SSL_CTX_get_cert_store", context)
    client.check("X509_STORE_add_cert", store, certificate)
    client.ssl.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, None)
    return context


def received(client: OpenSSL, context: c_void_p, port: int) -> tuple[bytes, bytes]:
    """Connect, and return the negotiated version and what the server sent."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        session = client.session(context, connection)
        client.check("SSL_connect", session)
        text = ctypes.create_string_buffer(100)
        client.check("SSL_read", session, text, 100)
        client.ssl.SSL_get_version.restype = c_char_p
        version = client.ssl.SSL_get_version(session)
        client.ssl.SSL_free(session)
        return version, text.value


def test_handshake_between_spaces(twenty_spaces: list[isolde.Space]) -> None:
    for one, other in zip(twenty_spaces[::2], twenty_spaces[1::2], strict=True):
        server, client = OpenSSL(one), OpenSSL(other)
        context, certificate = server_context(server)
        trusting = client_context(client, certificate)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=serve, args=(server, listener, context))
            thread.start()
            answer = received(client, trusting, listener.getsockname()[1])
            thread.join()
        assert answer == (b"TLSv1.3", MESSAGE)


def test_each_libssl_uses_the_libcrypto_of_its_own_space(twenty_spaces: list[isolde.Space]) -> None:
    for space in twenty_spaces:
        space.load("libssl.so.3")
    for space in twenty_spaces:
        crypto = [image for image in space.images if image.soname == "libcrypto.so.3"]
        assert [image.shared for image in crypto] == [False]


def test_digests_agree(twenty_spaces: list[isolde.Space]) -> None:
    digests = set()
    for space in twenty_spaces:
        crypto = space.load("libcrypto.so.3")
        digest = ctypes.create_string_buffer(32)
        crypto.SHA256.restype = c_void_p
        assert crypto.SHA256(b"abc", ctypes.c_size_t(3), digest)
        digests.add(digest.raw.hex())
    assert digests == {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
