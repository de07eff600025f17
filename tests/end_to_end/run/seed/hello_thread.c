#include <stdio.h>
#include <pthread.h>

void *function(void *arg){
return NULL;
}

void say_hello() {
printf("Hello from shared library!\n");
pthread_t thread1;
pthread_create(&thread1,NULL,function,(char*)"111");
}
