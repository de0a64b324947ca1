/* Where the mail logs of a host usually are, in the order in which they are looked for. A system
 * log counts only where there is no log of mail alone, and only if mail is in it: most hosts write
 * each line to both. */
#include "usual_logs.h"

#include <stddef.h>

const char *const usual_logs[] = {"/var/log/mail.log", "/var/log/maillog", "/var/log/exim4/mainlog",
                                  "/var/log/exim/mainlog", NULL};
const char *const system_logs[] = {"/var/log/syslog", "/var/log/messages", NULL};
