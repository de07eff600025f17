#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <link.h>
#include <pthread.h>

int main() {
void* ptr = (void*) pthread_create; //让主程序依赖pthread库
// 加载动态库到新的命名空间
void *handle = dlmopen(LM_ID_NEWLM, "./libhello.so", RTLD_LAZY);
if (!handle) {
fprintf(stderr, "Error loading library: %s\n", dlerror());
return 1;
}

// 获取函数指针
void (*say_hello)() = dlsym(handle, "say_hello");
if (!say_hello) {
fprintf(stderr, "Error finding symbol: %s\n", dlerror());
dlclose(handle);
return 1;
}

// 调用函数
say_hello();

// 关闭动态库
dlclose(handle);
return 0;
}
