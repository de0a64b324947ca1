/* sender_template: the usual form of an envelope sender made for one message, read without PCRE2.
 *
 *   bounce-31-123456@mail.shop.example
 *
 * A lower-case letter, anything but @ = and digits up to one of - + . _, and a number of at most
 * seven digits: the campaign. It ends at the @, or at one more of - + . _ with 1 to 15 hexadecimal
 * digits in lower case up to the @.
 *
 * As a template of a line it is a short cut and never more: what fits must be taken by the pattern
 * of its rule with the same campaign. `patterns check` proves that on the rule's examples, and
 * tests/property/test_templates.c on a million addresses. What does not fit goes to the pattern.
 * Pure; thread: any. */
#ifndef BOUNCELOG_PATTERN_SENDER_TEMPLATE_H
#define BOUNCELOG_PATTERN_SENDER_TEMPLATE_H

#include "bouncelog/base/sv.h"

/* The length of the campaign at the start of the address; 0: it does not fit. The address is
 * readable for BYTES_SLACK bytes beyond its end. */
size_t sender_template_numbered(sv address);

#endif
