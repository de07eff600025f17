#include <iostream>
#include <link.h>

int callback(struct dl_phdr_info *info, size_t size, void *data) {
if (info->dlpi_name && *info->dlpi_name) {
std::cout << "Loaded library: " << info->dlpi_name << std::endl;
}
return 0;
}

int main() {
dl_iterate_phdr(callback, nullptr);
return 0;
}
