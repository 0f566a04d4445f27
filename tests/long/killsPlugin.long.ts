/** kill -9 at each phase, through the plugin. */

import { describe } from "@jest/globals";
import { describeKills } from "./kills";

describe("[20] the plugin is killed", () => describeKills("plugin"));
