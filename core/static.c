/* static.c - what the linker tells whoever links the core into a program without a dynamic libc.
 *
 * Such a program cannot have spaces: there is no ld.so whose TLS, libraries and debugger interface
 * they could share.  libc.a lacks functions that the core needs, so the link fails in any case;
 * this says why.  ld prints the text of a .gnu.warning.NAME section where something refers to NAME,
 * and only libc.a refers to this one. */
__asm__(
    ".pushsection .gnu.warning.__libc_setup_tls,\"\",@progbits\n"
    ".ascii \"isolde needs a program with a dynamic libc: link without -static and -static-pie\"\n"
    ".popsection\n");
