/* notices: what bounces and complaints that came as mail say, once all logs are read. */
#ifndef BOUNCELOG_PIPELINE_NOTICES_H
#define BOUNCELOG_PIPELINE_NOTICES_H

#include "ordered.h"

/* What was in force before this run is in the scan; late is there where mails were read, or an
 * address has a failure that came as mail. */
void notices_begin(struct ordered_stage *stage);
/* Deliveries that stand are counted as such; notices are judged, counted, and given to the sink. */
void notices_settle(struct ordered_stage *stage);

#endif
