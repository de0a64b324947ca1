/* Protects against a list that is wrong as a whole: a run that would list far more addresses than
 * a run lists leaves the lists as they are. Whether one provider is wrong about many addresses
 * is seen by what is usual there (incidents.c). */
#include "bouncelog/suppress/policy.h"

bool policy_brakes(const struct brake *brake, int64_t fresh, int64_t tried)
{
    return fresh > brake->addresses && fresh * 100 > tried * brake->share_percent;
}
