/* trace: who handed a mail to our own server, as that one wrote it. */
#ifndef BOUNCELOG_NOTIFY_TRACE_H
#define BOUNCELOG_NOTIFY_TRACE_H

#include "bouncelog/notify/notice.h"

/* Of the header block of a mail as it came. own: hosts and addresses of ours that pass mail on, in
 * lower case. */
void trace_read(sv head, const sv *own, size_t own_count, struct arena *arena,
                struct notice_trace *trace, uint32_t *limits);

#endif
