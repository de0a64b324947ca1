/* listings: what became of those who are on the lists. */
#ifndef BOUNCELOG_SUPPRESS_LISTINGS_H
#define BOUNCELOG_SUPPRESS_LISTINGS_H

#include "bouncelog/suppress/suppress.h"

/* Mail that came after what it was listed for. */
bool listing_took_mail(const struct address_record *record);
/* Was it right to list it? */
enum fate listing_fate(const struct address_record *record);
/* Do lists leave it out, so that one mail is sent to it? */
bool listing_is_probed(const struct suppress_options *options, sv address,
                       const struct address_record *record, const struct decision *decision);

#endif
