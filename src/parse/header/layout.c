/* Compares the keys of an object with those of the last one, byte by byte: whoever writes into a
 * log may choose keys, and must not make an object pass for another one. A comparison costs less
 * than looking for one key: forms ask for up to ten, of which most are not there. */
#include "layout.h"

#include <string.h>

const struct object_keys *layout_keys(const struct object_form *form, enum layout_role role)
{
    const struct object_keys *keys[LAYOUT_ROLES] = {
        [LAYOUT_TEXT] = &form->text,          [LAYOUT_PROGRAM] = &form->program,
        [LAYOUT_HOST] = &form->host,          [LAYOUT_TIME] = &form->time,
        [LAYOUT_STREAM] = &form->stream,      [LAYOUT_PARTIAL] = &form->partial,
        [LAYOUT_CONTAINER] = &form->container};
    return keys[role];
}

const struct member *layout_find(const struct object *object, const struct object_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct member *member = object_find(object, keys->names[i]);
        if (member)
            return member;
    }
    return NULL;
}

bool layout_fits(const struct object_layout *layout, const struct object *object)
{
    const char *bytes = layout->bytes;
    if (!layout->form || layout->count != object->count)
        return false;
    for (int i = 0; i < object->count; i++) {
        const struct member *member = &object->members[i];
        size_t len = layout->keys[i].len;
        if (member->key.len != len || member->parent != layout->keys[i].parent ||
            memcmp(member->key.ptr, bytes, len) != 0)
            return false;
        bytes += len;
    }
    return true;
}

void layout_learn(struct object_layout *layout, const struct object *object,
                  const struct object_form *form)
{
    size_t used = 0;
    layout->form = NULL;
    for (int i = 0; i < object->count; i++) {
        const struct member *member = &object->members[i];
        if (member->key.len > sizeof layout->bytes - used)
            return;
        sv_put(layout->bytes + used, member->key);
        used += member->key.len;
        layout->keys[i].len = (uint16_t)member->key.len;
        layout->keys[i].parent = (int16_t)member->parent;
    }
    for (int role = 0; role < LAYOUT_ROLES; role++) {
        const struct member *member =
            layout_find(object, layout_keys(form, (enum layout_role)role));
        layout->at[role] = member ? (int)(member - object->members) : -1;
    }
    layout->count = object->count;
    layout->form = form;
}
