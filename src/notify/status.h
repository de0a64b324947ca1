/* status: reports for programs: of deliveries (RFC 3464) and of complaints (RFC 5965). */
#ifndef BOUNCELOG_NOTIFY_STATUS_H
#define BOUNCELOG_NOTIFY_STATUS_H

#include "bouncelog/notify/notice.h"

/* Does the text begin as a delivery status does? For parts that are labelled as something else. */
bool status_begins(sv body);
/* Reads all of its recipients. */
void status_read(sv body, struct arena *arena, struct notice *notice);

bool feedback_begins(sv body);
void feedback_read(sv body, struct arena *arena, struct notice *notice);

/* Adds a recipient, zeroed but for its action, behind the others; NULL: there are too many. */
struct notice_recipient *notice_add(struct notice *notice, enum notice_kind action,
                                    struct arena *arena);
/* Adds the address of a header field, if it is one, there is room, and it is not there yet. */
void notice_add_sender(struct notice *notice, sv field);
/* The kind of a notice with these recipients: the worst of their actions. */
enum notice_kind notice_worst(const struct notice *notice);

#endif
