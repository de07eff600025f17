#include <isolde.h>
