/** kill -9 at each phase, through the plugin host. */

import { describeKills } from "../trust/kills";

describeKills("plugin");
