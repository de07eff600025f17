static struct object {
    object() { throw 204; }
} the_object;
