/** kill -9 at each phase, through the plugin door. */

import { describeKills } from "./kills";

describeKills("plugin");
