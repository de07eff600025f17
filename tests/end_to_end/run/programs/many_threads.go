package main

/*
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

static void *open_new(const char *file) { return dlmopen(LM_ID_NEWLM, file, RTLD_NOW); }
static long call(void *handle, const char *name) {
    long (*function)(void) = (long (*)(void))dlsym(handle, name);
    return function ? function() : -1;
}
*/
import "C"

import (
	"fmt"
	"os"
	"sync"
	"unsafe"
)

func use(file *C.char, name *C.char) int {
	handle := C.open_new(file)
	if handle == nil {
		fmt.Println(C.GoString(C.dlerror()))
		os.Exit(1)
	}
	return int(C.call(handle, name))
}

func main() {
	file, name := C.CString("./libcounter.so"), C.CString("next")
	defer C.free(unsafe.Pointer(file))
	var group sync.WaitGroup
	var lock sync.Mutex
	sum := 0
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			number := use(file, name)
			lock.Lock()
			sum += number
			lock.Unlock()
		}()
	}
	group.Wait()
	fmt.Println(sum)
}
