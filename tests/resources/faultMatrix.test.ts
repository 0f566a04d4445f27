/** Every fault that the resources can tell from others, at every call that an operation makes. */

import { describe } from "@jest/globals";
import { describeMatrix } from "../faults/matrix";

describe("[5] every fault at every call", () => describeMatrix(({ isVariant = false }) => !isVariant));
