/* libcrypto.c - a digest, then what a TLS client sets up.  No header of OpenSSL's is needed. */
#include <stddef.h>

const void *EVP_sha256(void);
int EVP_Digest(const void *data, size_t count, unsigned char *md, unsigned *size, const void *type,
               void *engine);
const void *TLS_client_method(void);
void *SSL_CTX_new(const void *method);
void print_touched(const char *phase);
void use(void);

void use(void) {
    unsigned char digest[64];
    print_touched("loaded");
    EVP_Digest("abc", 3, digest, NULL, EVP_sha256(), NULL);
    print_touched("a SHA-256 digest");
    SSL_CTX_new(TLS_client_method());
    print_touched("a TLS context");
}
