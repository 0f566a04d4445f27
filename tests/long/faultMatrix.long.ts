/** Every answer that is no answer, at every call that an operation makes, also where another one leads to the same error. */

import { describe } from "@jest/globals";
import { describeMatrix } from "../faults/matrix";

describe("[5] every unusable answer at every call", () => describeMatrix(({ isVariant = false }) => isVariant));
