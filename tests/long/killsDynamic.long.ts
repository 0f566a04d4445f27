/** kill -9 at each phase, through the dynamic host. */

import { describeKills } from "../trust/kills";

describeKills("dynamic");
