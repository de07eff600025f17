/* dwarf.c - moving the addresses of debugging information by a load bias, in place.
 *
 * An address in DWARF (versions 2 to 5, 32-bit and 64-bit format) has a fixed width and stands in
 * one of few places: forms and expressions of .debug_info, the lists that its attributes point to,
 * the line programs, three small tables, and .debug_frame.  Everything else counts from one of
 * these or from the start of a section, and needs no change; so nothing changes its size, and the
 * copy can be a private mapping of the file, of which only the pages with addresses become memory
 * of their own.
 *
 * What a linker has thrown away is described still, at an address that no code has: 0, 1 or one of
 * the highest.  So only what lies inside the object is moved.
 *
 * Ranges and locations before DWARF 5 count from the low_pc of their unit if it has one, and are
 * absolute otherwise.  Lists are found through the attributes that refer to them, since what gcc
 * writes between them (its "location views") looks like entries; and two attributes may share one,
 * so each entry is marked when it has been moved.
 *
 * What is read is not believed: a cursor stops at its end, and whatever makes no sense ends the
 * unit it stands in. */
#include "dwarf.h"

#include <stdlib.h>
#include <string.h>

const char *const dwarf_names[DWARF_SECTIONS] = {
    [DWARF_INFO] = ".debug_info",         [DWARF_TYPES] = ".debug_types",
    [DWARF_ABBREV] = ".debug_abbrev",     [DWARF_LINE] = ".debug_line",
    [DWARF_ADDR] = ".debug_addr",         [DWARF_ARANGES] = ".debug_aranges",
    [DWARF_FRAME] = ".debug_frame",       [DWARF_RANGES] = ".debug_ranges",
    [DWARF_LOC] = ".debug_loc",           [DWARF_RNGLISTS] = ".debug_rnglists",
    [DWARF_LOCLISTS] = ".debug_loclists",
};

/* What the standard calls DW_FORM_addr is FORM_addr here, and so on; those not named have a row in
 * `forms`. */
enum form {
    FORM_addr = 0x01,
    FORM_data4 = 0x06,
    FORM_data8 = 0x07,
    FORM_string = 0x08,
    FORM_ref_addr = 0x10,
    FORM_indirect = 0x16,
    FORM_sec_offset = 0x17,
    FORM_exprloc = 0x18,
    FORM_data16 = 0x1e,
    FORM_implicit_const = 0x21,
    FORM_GNU_addr_index = 0x1f01,
    FORM_GNU_str_index = 0x1f02,
    FORM_GNU_ref_alt = 0x1f20,
    FORM_GNU_strp_alt = 0x1f21,
};

enum attribute {
    AT_location = 0x02,
    AT_low_pc = 0x11,
    AT_high_pc = 0x12,
    AT_string_length = 0x19,
    AT_const_value = 0x1c,
    AT_return_addr = 0x2a,
    AT_discr_list = 0x3d,
    AT_frame_base = 0x40,
    AT_static_link = 0x48,
    AT_use_location = 0x4a,
    AT_vtable_elem_location = 0x4d,
    AT_ranges = 0x55,
};

enum operation {
    OP_addr = 0x03,
    OP_const8u = 0x0e,
    OP_bregx = 0x92,
    OP_call_ref = 0x9a,
    OP_form_tls_address = 0x9b,
    OP_implicit_value = 0x9e,
    OP_implicit_pointer = 0xa0,
    OP_entry_value = 0xa3,
    OP_const_type = 0xa4,
    OP_GNU_push_tls_address = 0xe0,
    OP_GNU_implicit_pointer = 0xf2,
    OP_GNU_entry_value = 0xf3,
    OP_GNU_const_type = 0xf4,
    OP_GNU_variable_value = 0xfd,
    OP_undefined = 0xff, /* means nothing to gdb and lldb: they say so */
};

enum { ADDRESS = 8, REGISTER_FS_BASE = 58 };
enum { UNIT_TYPE = 2, UNIT_SKELETON = 4, UNIT_SPLIT_COMPILE = 5, UNIT_SPLIT_TYPE = 6 };
enum { LINE_extended = 0, LINE_fixed_advance_pc = 9, LINE_set_address = 2 };

/* ---- reading ----------------------------------------------------------------------------------
 */

struct cursor {
    uint8_t *at, *end; /* at == end: nothing more, or nothing that makes sense */
};

static bool has(struct cursor *c, uint64_t size) {
    if ((uint64_t)(c->end - c->at) >= size)
        return true;
    c->at = c->end;
    return false;
}

static void skip(struct cursor *c, uint64_t size) {
    if (has(c, size))
        c->at += size;
}

static uint64_t get(struct cursor *c, unsigned size) {
    uint64_t value = 0;
    if (has(c, size)) {
        memcpy(&value, c->at, size);
        c->at += size;
    }
    return value;
}

static uint64_t get_leb(struct cursor *c) {
    uint64_t value = 0;
    for (unsigned shift = 0; c->at < c->end; shift += 7) {
        uint8_t byte = *c->at++;
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return value;
}

static void skip_lebs(struct cursor *c, unsigned count) {
    while (count-- > 0)
        get_leb(c);
}

static void skip_string(struct cursor *c) {
    const uint8_t *zero = memchr(c->at, 0, (size_t)(c->end - c->at));
    c->at = zero ? c->at + (zero - c->at) + 1 : c->end;
}

static struct cursor all_of(const struct dwarf *d, enum dwarf_section section) {
    static uint8_t nothing[1];
    size_t size = d->sections[section].size;
    uint8_t *start = size > 0 ? d->sections[section].start : nothing;
    return (struct cursor){start, start + size};
}

static struct cursor part_of(const struct dwarf *d, enum dwarf_section section, uint64_t offset) {
    struct cursor c = all_of(d, section);
    skip(&c, offset);
    return c;
}

/* The next SIZE bytes, which C steps over. */
static struct cursor take(struct cursor *c, uint64_t size) {
    struct cursor part = {c->at, c->at};
    if (has(c, size))
        part.end = c->at += size;
    return part;
}

/* A unit of any section: its length, in the 32-bit or the 64-bit format, and so much more. */
static struct cursor take_unit(struct cursor *c, unsigned *offset_size) {
    uint64_t length = get(c, 4);
    *offset_size = 4;
    if (length == 0xffffffff) {
        length = get(c, 8);
        *offset_size = 8;
    }
    return take(c, length);
}

/* ---- addresses and expressions ----------------------------------------------------------------
 */

static bool inside(const struct dwarf *d, uint64_t address) {
    return address >= d->first && address <= d->last;
}

static uint64_t peek(const struct cursor *c) {
    struct cursor copy = *c;
    return get(&copy, ADDRESS);
}

/* Steps over an address, which is moved if it is one of the object's. */
static void move(const struct dwarf *d, struct cursor *c) {
    uint64_t address = peek(c);
    if (has(c, ADDRESS) && inside(d, address)) {
        address += d->bias;
        memcpy(c->at, &address, ADDRESS);
    }
    skip(c, ADDRESS);
}

/* What follows an operation's code.  `fixed` bytes, then so many LEB128 numbers. */
struct operands {
    uint8_t fixed, lebs;
    bool known;
};

#define BYTES(n)                                                                                   \
    { n, 0, true }
#define LEBS(n)                                                                                    \
    { 0, n, true }

static const struct operands operands[256] = {
    [0x06] = BYTES(0),          [0x08] = BYTES(1),          [0x09] = BYTES(1),
    [0x0a] = BYTES(2),          [0x0b] = BYTES(2),          [0x0c] = BYTES(4),
    [0x0d] = BYTES(4),          [0x0e] = BYTES(8),          [0x0f] = BYTES(8),
    [0x10] = LEBS(1),           [0x11] = LEBS(1),           [0x12 ... 0x14] = BYTES(0),
    [0x15] = BYTES(1),          [0x16 ... 0x22] = BYTES(0), [0x23] = LEBS(1),
    [0x24 ... 0x27] = BYTES(0), [0x28] = BYTES(2),          [0x29 ... 0x2e] = BYTES(0),
    [0x2f] = BYTES(2),          [0x30 ... 0x6f] = BYTES(0), /* literals, registers */
    [0x70 ... 0x8f] = LEBS(1),                              /* registers and an offset */
    [0x90] = LEBS(1),           [0x91] = LEBS(1),           [0x92] = LEBS(2),
    [0x93] = LEBS(1),           [0x94] = BYTES(1),          [0x95] = BYTES(1),
    [0x96] = BYTES(0),          [0x97] = BYTES(0),          [0x98] = BYTES(2),
    [0x99] = BYTES(4),          [0x9b] = BYTES(0),          [0x9c] = BYTES(0),
    [0x9d] = LEBS(2),           [0x9f] = BYTES(0),          [0xa1] = LEBS(1),
    [0xa2] = LEBS(1),           [0xa5] = LEBS(2),           [0xa6] = {1, 1, true},
    [0xa7] = {1, 1, true},      [0xa8] = LEBS(1),           [0xa9] = LEBS(1),
    [0xe0] = BYTES(0),          [0xf0] = BYTES(0),          [0xf5] = LEBS(2),
    [0xf6] = {1, 1, true},      [0xf7] = LEBS(1),           [0xf9] = LEBS(1),
    [0xfa] = BYTES(4),          [0xfb] = LEBS(1),           [0xfc] = LEBS(1),
};

/* const8u OFFSET, form_tls_address: with another offset, or as long a `bregx fs.base, OFFSET`, or
 * what no debugger evaluates. */
static void place_thread_local(const struct dwarf *d, struct cursor c) {
    uint8_t *code = c.at;
    skip(&c, 1);
    int64_t place = (int64_t)((uint64_t)d->tls_offset + get(&c, 8));
    if (!has(&c, 1) || (*c.at != OP_form_tls_address && *c.at != OP_GNU_push_tls_address))
        return;
    if (d->tls_base == DWARF_TLS_BLOCK) {
        memcpy(code + 1, &place, sizeof place);
    } else if (d->tls_base == DWARF_TLS_NOWHERE) {
        *code = OP_undefined;
    } else {
        *code++ = OP_bregx;
        *code++ = REGISTER_FS_BASE;
        for (; code <= c.at; code++, place >>= 7)
            *code = (uint8_t)((place & 0x7f) | (code < c.at ? 0x80 : 0));
    }
}

static void move_expression(const struct dwarf *d, struct cursor c, unsigned offset_size) {
    while (c.at < c.end) {
        if (*c.at == OP_const8u)
            place_thread_local(d, c);
        uint8_t operation = *c.at++;
        switch (operation) {
        case OP_addr:
            move(d, &c);
            break;
        case OP_call_ref:
        case OP_GNU_variable_value:
            skip(&c, offset_size);
            break;
        case OP_implicit_value:
            skip(&c, get_leb(&c));
            break;
        case OP_implicit_pointer:
        case OP_GNU_implicit_pointer:
            skip(&c, offset_size);
            skip_lebs(&c, 1);
            break;
        case OP_entry_value:
        case OP_GNU_entry_value: /* the expression inside it is read as part of this one */
            skip_lebs(&c, 1);
            break;
        case OP_const_type:
        case OP_GNU_const_type:
            skip_lebs(&c, 1);
            skip(&c, get(&c, 1));
            break;
        default:
            if (!operands[operation].known)
                return;
            skip(&c, operands[operation].fixed);
            skip_lebs(&c, operands[operation].lebs);
        }
    }
}

/* ---- lists of ranges and of locations ---------------------------------------------------------
 */

/* Which entries of the four sections of lists have been moved: a bit for each byte. */
struct moving {
    const struct dwarf *dwarf;
    uint8_t *marks[DWARF_SECTIONS];
};

/* Whether the entry at AT is met for the first time. */
static bool mark(const struct moving *m, enum dwarf_section section, const uint8_t *at) {
    size_t index = (size_t)(at - m->dwarf->sections[section].start);
    uint8_t *byte = &m->marks[section][index / 8], bit = (uint8_t)(1 << index % 8);
    if (*byte & bit)
        return false;
    *byte |= bit;
    return true;
}

/* A list as before DWARF 5.  BASED: it counts from the low_pc of its unit. */
static void move_old_list(const struct moving *m, enum dwarf_section section, uint64_t offset,
                          bool based) {
    const struct dwarf *d = m->dwarf;
    struct cursor c = part_of(d, section, offset);
    while (has(&c, 2 * ADDRESS) && mark(m, section, c.at)) {
        struct cursor entry = take(&c, 2 * ADDRESS), second = {entry.at + ADDRESS, entry.end};
        if (peek(&entry) == 0 && peek(&second) == 0)
            return;
        if (peek(&entry) == UINT64_MAX) { /* another base for what follows */
            move(d, &second);
            based = true;
            continue;
        }
        if (!based && inside(d, peek(&entry))) {
            move(d, &entry);
            move(d, &second);
        }
        if (section == DWARF_LOC) {
            uint64_t size = get(&c, 2);
            move_expression(d, take(&c, size), 4);
        }
    }
}

/* What an entry of DWARF 5 consists of: addresses, LEB128 numbers, perhaps an expression. */
struct entry {
    uint8_t addresses, lebs;
    bool expression;
};
enum { LIST_END = 0, RANGES = 8, LOCATIONS = 10 };
static const struct entry ranges[RANGES] = {
    {0, 0, false}, {0, 1, false}, {0, 2, false}, {0, 2, false},
    {0, 2, false}, {1, 0, false}, {2, 0, false}, {1, 1, false},
};
static const struct entry locations[LOCATIONS] = {
    {0, 0, false}, {0, 1, false}, {0, 2, true}, {0, 2, true}, {0, 2, true},
    {0, 0, true},  {1, 0, false}, {2, 0, true}, {1, 1, true}, {0, 2, false},
};

static void move_list(const struct moving *m, enum dwarf_section section, uint64_t offset,
                      unsigned offset_size) {
    const struct dwarf *d = m->dwarf;
    struct cursor c = part_of(d, section, offset);
    const struct entry *entries = section == DWARF_LOCLISTS ? locations : ranges;
    unsigned count = section == DWARF_LOCLISTS ? LOCATIONS : RANGES;
    while (has(&c, 1) && mark(m, section, c.at)) {
        unsigned kind = *c.at++;
        if (kind == LIST_END || kind >= count)
            return;
        for (unsigned i = 0; i < entries[kind].addresses; i++)
            move(d, &c);
        skip_lebs(&c, entries[kind].lebs);
        if (entries[kind].expression) {
            uint64_t size = get_leb(&c);
            move_expression(d, take(&c, size), offset_size);
        }
    }
}

/* The lists that are referred to by number, through the tables at the head of their section. */
static void move_numbered_lists(const struct moving *m, enum dwarf_section section) {
    struct cursor all = all_of(m->dwarf, section);
    while (all.at < all.end) {
        unsigned offset_size;
        struct cursor unit = take_unit(&all, &offset_size);
        if (get(&unit, 2) != 5 || get(&unit, 1) != ADDRESS)
            continue;
        skip(&unit, 1);
        uint64_t count = get(&unit, 4);
        uint64_t base = (uint64_t)(unit.at - m->dwarf->sections[section].start);
        for (; count > 0 && has(&unit, offset_size); count--)
            move_list(m, section, base + get(&unit, offset_size), offset_size);
    }
}

/* ---- .debug_info ------------------------------------------------------------------------------
 */

struct abbreviations {
    struct cursor *list; /* by code: what follows it in .debug_abbrev; `at` NULL: no such code */
    size_t count;
    uint64_t offset; /* whose they are */
};

struct unit {
    const struct moving *moving;
    struct cursor entries;
    unsigned version, offset_size;
    bool based; /* has a low_pc */
};

static bool next_attribute(struct cursor *c, uint64_t *attribute, uint64_t *form) {
    *attribute = get_leb(c);
    *form = get_leb(c);
    if (*form == FORM_implicit_const)
        skip_lebs(c, 1);
    return *attribute != 0 || *form != 0;
}

enum { MOST_CODES = 1 << 20 };

static bool add_abbreviation(struct abbreviations *a, uint64_t code, struct cursor at) {
    if (code >= MOST_CODES)
        return false;
    if (code >= a->count) {
        size_t count = code + code / 2 + 64;
        struct cursor *list = realloc(a->list, count * sizeof *list);
        if (list == NULL)
            return false;
        memset(list + a->count, 0, (count - a->count) * sizeof *list);
        a->list = list;
        a->count = count;
    }
    a->list[code] = at;
    return true;
}

/* Units often share one table. */
static bool read_abbreviations(const struct dwarf *d, struct abbreviations *a, uint64_t offset) {
    if (a->list != NULL && a->offset == offset)
        return true;
    if (a->list != NULL)
        memset(a->list, 0, a->count * sizeof *a->list);
    a->offset = offset;
    struct cursor c = part_of(d, DWARF_ABBREV, offset);
    for (uint64_t code; (code = get_leb(&c)) != 0;) {
        skip_lebs(&c, 1); /* the tag */
        skip(&c, 1);      /* whether it has children */
        if (!add_abbreviation(a, code, c))
            return false;
        for (uint64_t attribute, form; next_attribute(&c, &attribute, &form);)
            continue;
    }
    return a->list != NULL;
}

/* How wide a form is: bytes, or one of these. */
enum { WIDTH_UNKNOWN, WIDTH_LEB = -1, WIDTH_OFFSET = -2, WIDTH_NONE = -3 };
/* Of a block: how wide its length is. */
enum { WIDTH_BLOCK = 16, WIDTH_BLOCK_LEB = WIDTH_BLOCK };
static const int8_t forms[0x2d] = {
    [0x01] = ADDRESS,
    [0x03] = WIDTH_BLOCK + 2,
    [0x04] = WIDTH_BLOCK + 4,
    [0x05] = 2,
    [0x06] = 4,
    [0x07] = 8,
    [0x09] = WIDTH_BLOCK_LEB,
    [0x0a] = WIDTH_BLOCK + 1,
    [0x0b] = 1,
    [0x0c] = 1,
    [0x0d] = WIDTH_LEB,
    [0x0e] = WIDTH_OFFSET,
    [0x0f] = WIDTH_LEB,
    [0x10] = WIDTH_OFFSET,
    [0x11] = 1,
    [0x12] = 2,
    [0x13] = 4,
    [0x14] = 8,
    [0x15] = WIDTH_LEB,
    [0x17] = WIDTH_OFFSET,
    [0x18] = WIDTH_BLOCK_LEB,
    [0x19] = WIDTH_NONE,
    [0x1a] = WIDTH_LEB,
    [0x1b] = WIDTH_LEB,
    [0x1c] = 4,
    [0x1d] = WIDTH_OFFSET,
    [0x1f] = WIDTH_OFFSET,
    [0x20] = 8,
    [0x21] = WIDTH_NONE,
    [0x22] = WIDTH_LEB,
    [0x23] = WIDTH_LEB,
    [0x24] = 8,
    [0x25] = 1,
    [0x26] = 2,
    [0x27] = 3,
    [0x28] = 4,
    [0x29] = 1,
    [0x2a] = 2,
    [0x2b] = 3,
    [0x2c] = 4,
};

static int width_of(const struct unit *unit, uint64_t form) {
    if (form == FORM_GNU_addr_index || form == FORM_GNU_str_index)
        return WIDTH_LEB;
    if (form == FORM_GNU_ref_alt || form == FORM_GNU_strp_alt)
        return WIDTH_OFFSET;
    if (form == FORM_ref_addr && unit->version == 2)
        return ADDRESS;
    return form < sizeof forms ? forms[form] : WIDTH_UNKNOWN;
}

/* Steps over a value.  Of a block, the contents; of anything else, itself. */
static struct cursor take_value(const struct unit *unit, struct cursor *c, uint64_t form) {
    int width = width_of(unit, form);
    if (form == FORM_string) {
        skip_string(c);
    } else if (form == FORM_data16) {
        skip(c, 16);
    } else if (width >= WIDTH_BLOCK) {
        uint64_t size = width == WIDTH_BLOCK_LEB ? get_leb(c) : get(c, (unsigned)(width & 15));
        return take(c, size);
    } else if (width > 0) {
        return take(c, (uint64_t)width);
    } else if (width == WIDTH_LEB) {
        skip_lebs(c, 1);
    } else if (width == WIDTH_OFFSET) {
        return take(c, unit->offset_size);
    } else if (width == WIDTH_UNKNOWN) {
        c->at = c->end;
    }
    return (struct cursor){c->at, c->at};
}

static bool is_expression(const struct unit *unit, uint64_t attribute, uint64_t form) {
    if (form == FORM_exprloc)
        return true;
    return unit->version < 4 && width_of(unit, form) >= WIDTH_BLOCK &&
           attribute != AT_const_value && attribute != AT_discr_list;
}

/* Whether the value says where in a section of lists one is. */
static bool refers_to_list(const struct unit *unit, uint64_t attribute, uint64_t form) {
    if (form != FORM_sec_offset &&
        (unit->version > 3 || (form != FORM_data4 && form != FORM_data8)))
        return false;
    switch (attribute) {
    case AT_ranges:
    case AT_location:
    case AT_string_length:
    case AT_return_addr:
    case AT_frame_base:
    case AT_static_link:
    case AT_use_location:
    case AT_vtable_elem_location:
        return true;
    default:
        return false;
    }
}

static void move_referred(const struct unit *unit, uint64_t attribute, struct cursor value) {
    const struct moving *m = unit->moving;
    uint64_t offset = get(&value, (unsigned)(value.end - value.at));
    if (unit->version >= 5)
        move_list(m, attribute == AT_ranges ? DWARF_RNGLISTS : DWARF_LOCLISTS, offset,
                  unit->offset_size);
    else
        move_old_list(m, attribute == AT_ranges ? DWARF_RANGES : DWARF_LOC, offset, unit->based);
}

/* One entry of .debug_info: its attributes are what ABBREVIATION lists. */
static void move_entry(const struct unit *unit, struct cursor *c, struct cursor abbreviation) {
    const struct dwarf *d = unit->moving->dwarf;
    bool thrown_away = false;
    for (uint64_t attribute, form; next_attribute(&abbreviation, &attribute, &form);) {
        if (form == FORM_indirect)
            form = get_leb(c);
        struct cursor value = take_value(unit, c, form);
        if (form == FORM_addr) {
            thrown_away |= attribute == AT_low_pc && !inside(d, peek(&value));
            if (attribute != AT_high_pc || !thrown_away)
                move(d, &value);
        } else if (is_expression(unit, attribute, form)) {
            move_expression(d, value, unit->offset_size);
        } else if (refers_to_list(unit, attribute, form)) {
            move_referred(unit, attribute, value);
        }
    }
}

static struct cursor abbreviation_of(const struct abbreviations *a, uint64_t code) {
    return code < a->count ? a->list[code] : (struct cursor){0};
}

/* Whether the unit has a low_pc, by which its lists count; looked at before anything is moved. */
static bool has_base(const struct unit *unit, const struct abbreviations *a) {
    struct cursor c = unit->entries, abbreviation = abbreviation_of(a, get_leb(&c));
    if (abbreviation.at == NULL)
        return false;
    for (uint64_t attribute, form; next_attribute(&abbreviation, &attribute, &form);) {
        if (form == FORM_indirect)
            form = get_leb(&c);
        struct cursor value = take_value(unit, &c, form);
        if (attribute == AT_low_pc)
            return form != FORM_addr || inside(unit->moving->dwarf, peek(&value));
    }
    return false;
}

/* Steps over the head of a unit; gives the place of its abbreviations. */
static uint64_t read_unit_head(struct unit *unit, bool of_types) {
    struct cursor *c = &unit->entries;
    unsigned type = 0;
    uint64_t abbreviations;
    unit->version = (unsigned)get(c, 2);
    if (unit->version >= 5) {
        type = (unsigned)get(c, 1);
        skip(c, 1);
        abbreviations = get(c, unit->offset_size);
    } else {
        abbreviations = get(c, unit->offset_size);
        skip(c, 1);
    }
    if (of_types || type == UNIT_TYPE || type == UNIT_SPLIT_TYPE)
        skip(c, 8 + unit->offset_size);
    else if (type == UNIT_SKELETON || type == UNIT_SPLIT_COMPILE)
        skip(c, 8);
    return abbreviations;
}

static void move_units(const struct moving *m, enum dwarf_section section) {
    struct abbreviations abbreviations = {0};
    struct cursor all = all_of(m->dwarf, section);
    while (all.at < all.end) {
        struct unit unit = {.moving = m};
        unit.entries = take_unit(&all, &unit.offset_size);
        uint64_t offset = read_unit_head(&unit, section == DWARF_TYPES);
        if (unit.version < 2 || unit.version > 5 ||
            !read_abbreviations(m->dwarf, &abbreviations, offset))
            continue;
        unit.based = has_base(&unit, &abbreviations);
        struct cursor *c = &unit.entries;
        while (c->at < c->end) {
            uint64_t code = get_leb(c);
            struct cursor abbreviation = abbreviation_of(&abbreviations, code);
            if (code != 0 && abbreviation.at == NULL)
                break;
            if (code != 0)
                move_entry(&unit, c, abbreviation);
        }
    }
    free(abbreviations.list);
}

/* ---- the smaller sections ---------------------------------------------------------------------
 */

static void move_line_program(const struct dwarf *d, struct cursor c, unsigned offset_size) {
    unsigned version = (unsigned)get(&c, 2);
    if (version < 2 || version > 5)
        return;
    if (version >= 5)
        skip(&c, 2);
    uint64_t head_size = get(&c, offset_size);
    struct cursor head = take(&c, head_size);
    skip(&head, version >= 4 ? 5 : 4);
    unsigned base = (unsigned)get(&head, 1); /* the first code that has no operands at all */
    const uint8_t *counts = head.at;
    if (!has(&head, base ? base - 1 : 0))
        return;
    while (c.at < c.end) {
        unsigned code = *c.at++;
        if (code == LINE_extended) {
            uint64_t size = get_leb(&c);
            struct cursor extended = take(&c, size);
            if (get(&extended, 1) == LINE_set_address && extended.end - extended.at == ADDRESS)
                move(d, &extended);
        } else if (code == LINE_fixed_advance_pc) {
            skip(&c, 2);
        } else if (code < base) {
            skip_lebs(&c, counts[code - 1]);
        }
    }
}

static void move_lines(const struct dwarf *d) {
    struct cursor all = all_of(d, DWARF_LINE);
    while (all.at < all.end) {
        unsigned offset_size;
        struct cursor unit = take_unit(&all, &offset_size);
        move_line_program(d, unit, offset_size);
    }
}

static void move_aranges(const struct dwarf *d) {
    struct cursor all = all_of(d, DWARF_ARANGES);
    while (all.at < all.end) {
        unsigned offset_size;
        const uint8_t *start = all.at;
        struct cursor unit = take_unit(&all, &offset_size);
        skip(&unit, 2 + offset_size + 2);
        size_t odd = (size_t)(unit.at - start) % (2 * ADDRESS);
        skip(&unit, odd ? 2 * ADDRESS - odd : 0);
        while (has(&unit, 2 * ADDRESS)) {
            move(d, &unit);
            skip(&unit, ADDRESS); /* the length */
        }
    }
}

static void move_frames(const struct dwarf *d) {
    struct cursor all = all_of(d, DWARF_FRAME);
    while (all.at < all.end) {
        unsigned offset_size;
        struct cursor entry = take_unit(&all, &offset_size);
        uint64_t common = get(&entry, offset_size);
        if (common != (offset_size == 4 ? UINT32_MAX : UINT64_MAX))
            move(d, &entry);
    }
}

/* Before DWARF 5 the section is a bare array. */
static void move_address_table(const struct dwarf *d) {
    struct cursor all = all_of(d, DWARF_ADDR), info = all_of(d, DWARF_INFO);
    unsigned offset_size;
    struct cursor first_unit = take_unit(&info, &offset_size);
    bool bare = get(&first_unit, 2) < 5;
    while (all.at < all.end) {
        struct cursor table =
            bare ? take(&all, (uint64_t)(all.end - all.at)) : take_unit(&all, &offset_size);
        if (!bare)
            skip(&table, 4);
        while (has(&table, ADDRESS))
            move(d, &table);
    }
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static const enum dwarf_section lists[] = {DWARF_RANGES, DWARF_LOC, DWARF_RNGLISTS, DWARF_LOCLISTS};
enum { LISTS = sizeof lists / sizeof *lists };

static bool make_marks(struct moving *m) {
    for (int i = 0; i < LISTS; i++) {
        m->marks[lists[i]] = calloc(1, m->dwarf->sections[lists[i]].size / 8 + 1);
        if (m->marks[lists[i]] == NULL)
            return false;
    }
    return true;
}

void dwarf_move(const struct dwarf *dwarf) {
    struct moving m = {.dwarf = dwarf};
    if (make_marks(&m)) {
        move_units(&m, DWARF_INFO);
        move_units(&m, DWARF_TYPES);
        move_numbered_lists(&m, DWARF_RNGLISTS);
        move_numbered_lists(&m, DWARF_LOCLISTS);
        move_lines(dwarf);
        move_aranges(dwarf);
        move_frames(dwarf);
        move_address_table(dwarf);
    }
    for (int i = 0; i < LISTS; i++)
        free(m.marks[lists[i]]);
}
