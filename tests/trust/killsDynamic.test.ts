/** kill -9 at each phase, through the dynamic door. */

import { describeKills } from "./kills";

describeKills("dynamic");
