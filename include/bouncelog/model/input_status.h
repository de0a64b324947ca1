/* input_status: how one log was read. Texts are views of whoever fills it. */
#ifndef BOUNCELOG_MODEL_INPUT_STATUS_H
#define BOUNCELOG_MODEL_INPUT_STATUS_H

#include "bouncelog/base/sv.h"

enum { INPUT_FORM = 96 };

struct input_status {
    sv file, format, error; /* error empty: none */
    sv form; /* of its lines: "cri>rfc3164", layers outermost first; empty: not known */
    int64_t bytes, lines, cut_lines;
    int64_t resumed_at; /* decoded bytes that an earlier run has read; 0: none */
    bool complete;
};

#endif
