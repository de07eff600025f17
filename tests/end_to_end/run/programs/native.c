/* What Native.java calls. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <jni.h>

JNIEXPORT jint JNICALL Java_Native_twice(JNIEnv *env, jclass class, jint number) {
    (void)env;
    (void)class;
    return 2 * number;
}

JNIEXPORT jint JNICALL Java_Native_namespaces(JNIEnv *env, jclass class) {
    jint opened = 0;
    (void)env;
    (void)class;
    while (opened < 40 && dlmopen(LM_ID_NEWLM, "./libcounter.so", RTLD_NOW) != NULL)
        opened++;
    return opened;
}
