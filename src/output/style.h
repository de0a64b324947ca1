/* style: page.css, built in, and the hash by which the page's policy allows it alone. */
#ifndef BOUNCELOG_OUTPUT_STYLE_H
#define BOUNCELOG_OUTPUT_STYLE_H

#include "bouncelog/base/sv.h"

extern const sv style_css;
extern const char style_hash[];

#endif
