/** kill -9 at each phase, through the dynamic host. */

import { describe } from "@jest/globals";
import { describeKills } from "./kills";

describe("[20] the dynamic host is killed", () => describeKills("dynamic"));
