use std::ffi::{c_char, c_int, c_long, c_void, CString};

extern "C" {
    fn dlmopen(id: c_long, file: *const c_char, mode: c_int) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

fn call(handle: *mut c_void, name: &str) -> c_long {
    let name = CString::new(name).unwrap();
    let address = unsafe { dlsym(handle, name.as_ptr()) };
    assert!(!address.is_null());
    let function: extern "C" fn() -> c_long = unsafe { std::mem::transmute(address) };
    function()
}

fn main() {
    let file = CString::new("./libcounter.so").unwrap();
    let threads: Vec<_> = (0..40)
        .map(|_| {
            let file = file.clone();
            std::thread::spawn(move || {
                let handle = unsafe { dlmopen(-1, file.as_ptr(), 2) };
                assert!(!handle.is_null(), "no namespace");
                call(handle, "next")
            })
        })
        .collect();
    let sum: c_long = threads.into_iter().map(|thread| thread.join().unwrap_or(1000)).sum();
    let caught = std::panic::catch_unwind(|| panic!("on purpose")).is_err();
    println!("{sum} {caught}");
}
